//! One refresh token, presented by many (RFC 9700 §4.14.2).

use std::collections::HashSet;
use std::sync::Arc;

use super::{at_once, count};
use crate::app::{
    BANDCAMP, CLIENT_CREDENTIALS, Call, Client, SPOTIFY, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp,
    Tokens, refresh,
};

async fn first(app: &TestApp, client: &Client) -> Tokens {
    match client.api {
        "bandcamp" => app.tokens(client, &CLIENT_CREDENTIALS).await,
        _ => app.grant(client, "").await,
    }
}

/// All are answered, and all with the same successor.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_refreshes() {
    for client in [STANDARD, STANDARD_PUBLIC, BANDCAMP, SPOTIFY] {
        let app = Arc::new(TestApp::new().await);
        let mut current = first(&app, &client).await;
        for round in 0..2 {
            let call = client.token(&refresh(&current.refresh));
            let answers = at_once(&app, std::iter::repeat_n(call, 200)).await;
            assert_eq!(count(&answers, 200, 200), 200, "{}", client.api);
            let successors: HashSet<_> = answers.iter().map(|answer| answer.tokens().refresh).collect();
            assert_eq!(successors.len(), 1, "{} in round {round}: more than one heir", client.api);
            let next = answers[0].tokens();
            assert_eq!(next.refresh != current.refresh, client.api != "spotify", "{}", client.api);
            let access: HashSet<_> = answers.iter().map(|answer| answer.tokens().access).collect();
            assert_eq!(access.len(), 200, "each has an access token of its own");
            current = next;
        }
        assert_eq!(app.send(Call::get(&client.path("/x")).bearer(&current.access)).await.status, 200);
        app.tokens(&client, &refresh(&current.refresh)).await;
    }
}

/// Once the successor was used, whoever still has the first has a copy: the grant ends for all.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replay_after_the_successors_use() {
    for client in [STANDARD, STANDARD_PUBLIC, BANDCAMP] {
        let app = Arc::new(TestApp::new().await);
        let one = first(&app, &client).await;
        let two = app.tokens(&client, &refresh(&one.refresh)).await;
        let three = app.tokens(&client, &refresh(&two.refresh)).await;
        let call = client.token(&refresh(&one.refresh));
        let answers = at_once(&app, std::iter::repeat_n(call, 50)).await;
        assert_eq!(count(&answers, 400, 400), 50, "{}", client.api);
        for tokens in [&one, &two, &three] {
            assert_eq!(app.send(client.token(&refresh(&tokens.refresh))).await.status, 400, "{}", client.api);
            let called = app.send(Call::get(&client.path("/x")).bearer(&tokens.access)).await;
            assert_eq!(called.status, 401, "{}", client.api);
        }
    }
}

/// The successor's use and a replay of the first at the same moment: in whatever order they arrive, nobody is left with a
/// second line of tokens.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replay_and_the_successors_use() {
    for _ in 0..20 {
        let app = Arc::new(TestApp::new().await);
        let one = first(&app, &STANDARD).await;
        let two = app.tokens(&STANDARD, &refresh(&one.refresh)).await;
        let calls =
            [&one, &two].into_iter().cycle().take(16).map(|tokens| STANDARD.token(&refresh(&tokens.refresh)));
        let answers = at_once(&app, calls).await;
        count(&answers, 200, 400);
        // The first gave its known successor, or was a replay that ended everything.
        for answer in answers.iter().step_by(2).filter(|answer| answer.status == 200) {
            assert!(answer.tokens().refresh == two.refresh, "a second heir");
        }
        let thirds: HashSet<_> = answers
            .iter()
            .skip(1)
            .step_by(2)
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.tokens().refresh)
            .collect();
        assert!(thirds.len() <= 1, "two successors of one");
        let replayed = answers.iter().step_by(2).any(|answer| answer.status == 400);
        let alive = app.send(STANDARD.token(&refresh(&two.refresh))).await.status == 200;
        assert_eq!(alive, !replayed, "a replay was seen and the grant lives, or the other way round");
    }
}

/// A replay by someone who is not the client is no replay.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_unauthenticated_replay_changes_nothing() {
    let app = Arc::new(TestApp::new().await);
    for client in [STANDARD, BANDCAMP] {
        let one = first(&app, &client).await;
        let two = app.tokens(&client, &refresh(&one.refresh)).await;
        let three = app.tokens(&client, &refresh(&two.refresh)).await;
        let fields = refresh(&one.refresh);
        let strangers = [
            Client { secret: "wrong", ..client }.token(&fields),
            Client { secret: "", ..client }.token(&fields),
            Client { id: "77", ..client }.token(&fields),
            STANDARD_OTHER.token(&fields),
        ];
        let answers = at_once(&app, strangers.iter().cycle().take(40).cloned()).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 400 | 401)), "{}", client.api);
        assert_eq!(app.send(Call::get(&client.path("/x")).bearer(&three.access)).await.status, 200);
        app.tokens(&client, &refresh(&three.refresh)).await;
    }
}
