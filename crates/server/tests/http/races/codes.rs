//! One code, redeemed by many (RFC 6749 §4.1.2).

use std::sync::Arc;

use super::{at_once, count};
use crate::app::{
    Call, Client, SPOTIFY, SPOTIFY_PUBLIC, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp, refresh,
};

/// Exactly one gets tokens, and the replays of the others end them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_redemptions() {
    for client in [SPOTIFY, SPOTIFY_PUBLIC, STANDARD, STANDARD_PUBLIC] {
        let app = Arc::new(TestApp::new().await);
        let code = app.code(&client, "").await;
        let call = client.token(&client.redeem(&code));
        let answers = at_once(&app, std::iter::repeat_n(call.clone(), 200)).await;
        assert_eq!(count(&answers, 200, 400), 1, "{}", client.api);
        let tokens = answers.iter().find(|answer| answer.status == 200).unwrap().tokens();
        assert!(
            answers.iter().all(|answer| answer.status == 200 || answer.json()["error"] == "invalid_grant")
        );

        let called = app.send(Call::get(&client.path("/x")).bearer(&tokens.access)).await;
        assert_eq!(called.status, 401, "{}: its access token is revoked", client.api);
        let refreshed = app.send(client.token(&refresh(&tokens.refresh))).await;
        assert_eq!(refreshed.status, 400, "{}: its refresh token too", client.api);
        assert_eq!(app.send(call).await.status, 400);
    }
}

/// Whoever could not have used it ends nothing: no proof, another client, a wrong verifier or redirect URI.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn strangers_replays_change_nothing() {
    let app = Arc::new(TestApp::new().await);
    let code = app.code(&STANDARD, "").await;
    let fields = STANDARD.redeem(&code);
    let other_verifier = "x".repeat(43);
    let wrong_verifier = [&fields[..3], &[("code_verifier", other_verifier.as_str())]].concat();
    let elsewhere = Client { redirect_uri: "https://reader.example/other?kept=1", ..STANDARD };
    let strangers = [
        Client { secret: "wrong", ..STANDARD }.token(&fields),
        Client { secret: "", ..STANDARD }.token(&fields),
        STANDARD_OTHER.token(&fields),
        STANDARD_PUBLIC.token(&fields),
        STANDARD.token(&wrong_verifier),
        STANDARD.token(&fields[..3]),
        STANDARD.token(&elsewhere.redeem(&code)),
    ];
    let calls = strangers.iter().cycle().take(70).cloned().chain([STANDARD.token(&fields)]);
    let answers = at_once(&app, calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let tokens = answers.last().unwrap().tokens();
    at_once(&app, strangers.iter().cycle().take(70).cloned()).await;
    assert_eq!(app.send(Call::get("/standard/x").bearer(&tokens.access)).await.status, 200);
    app.tokens(&STANDARD, &refresh(&tokens.refresh)).await;
}

/// Many codes at once, each redeemed once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_codes() {
    let app = Arc::new(TestApp::new().await);
    let mut codes = Vec::new();
    for _ in 0..25 {
        codes.push(app.code(&SPOTIFY, "").await);
    }
    let calls = codes.iter().map(|code| SPOTIFY.token(&SPOTIFY.redeem(code)));
    let answers = at_once(&app, calls).await;
    assert_eq!(count(&answers, 200, 400), 25);
    let called = answers.iter().map(|answer| Call::get("/spotify/x").bearer(&answer.tokens().access));
    assert_eq!(count(&at_once(&app, called).await, 200, 401), 25);
}
