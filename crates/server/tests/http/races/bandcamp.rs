//! One active grant per app, kept in one row: of many first requests one wins.

use std::sync::Arc;

use super::{at_once, count};
use crate::app::{BANDCAMP, BANDCAMP_OTHER, CLIENT_CREDENTIALS, Call, TestApp, refresh};

/// `duplicate_grant` for all but one, and never a 503.
async fn one_wins(app: &Arc<TestApp>, requests: usize) {
    let answers = at_once(app, std::iter::repeat_n(BANDCAMP.token(&CLIENT_CREDENTIALS), requests)).await;
    assert_eq!(count(&answers, 200, 401), 1);
    for answer in &answers {
        assert!(answer.status == 200 || answer.json()["error"] == "duplicate_grant", "{}", answer.shown());
    }
    let tokens = answers.iter().find(|answer| answer.status == 200).unwrap().tokens();
    assert_eq!(app.send(Call::get("/bandcamp/x").bearer(&tokens.access)).await.status, 200);
    app.tokens(&BANDCAMP, &refresh(&tokens.refresh)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_requests() {
    for requests in [2, 50] {
        for _ in 0..10 {
            one_wins(&Arc::new(TestApp::new().await), requests).await;
        }
    }
}

/// The same where an old grant is over: taking its place is one compare-and-set too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_after_the_last_grant() {
    let app = Arc::new(TestApp::new().await);
    for requests in [2, 50, 2, 50] {
        one_wins(&app, requests).await;
        app.clock.advance(3601);
    }
}

/// A refresh of the grant that is over and requests for a new one, at once: one line of tokens is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_and_new_requests() {
    for _ in 0..20 {
        let app = Arc::new(TestApp::new().await);
        let old = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
        app.clock.advance(3601);
        let fresh = std::iter::repeat_n(BANDCAMP.token(&CLIENT_CREDENTIALS), 4);
        let again = std::iter::repeat_n(BANDCAMP.token(&refresh(&old.refresh)), 4);
        let answers = at_once(&app, fresh.chain(again)).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400 | 401)));
        let (new, refreshed) = answers.split_at(4);
        let won = count(new, 200, 401);
        let alive = app.send(BANDCAMP.token(&refresh(&old.refresh))).await.status == 200;
        assert_eq!(
            won,
            usize::from(!alive),
            "a new grant ends the old one, an old one that lives lets none begin"
        );
        assert!(won == 1 || refreshed.iter().all(|answer| answer.status == 200));
    }
}

/// Another app's grants are none of this one's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_apps() {
    let app = Arc::new(TestApp::new().await);
    let calls = [BANDCAMP, BANDCAMP_OTHER].map(|client| client.token(&CLIENT_CREDENTIALS));
    assert_eq!(count(&at_once(&app, calls).await, 200, 401), 2);
}
