//! Its API.

use super::{FOR_TEAM, JUKEBOX, UNLISTED, setup};
use crate::app::{Answer, CLIENT_CREDENTIALS, Call, OF_REFUSALS};

fn told(answer: &Answer) -> String {
    answer.line(&OF_REFUSALS)
}

fn record(token: &str) -> Call {
    Call::get("/jukebox/records/1").bearer(token)
}

#[tokio::test]
async fn errors() {
    let app = setup().start().await;
    let tokens = app.tokens(&JUKEBOX, &[CLIENT_CREDENTIALS[0], FOR_TEAM]).await;
    let unlisted = app.tokens(&UNLISTED, &CLIENT_CREDENTIALS).await;
    let cases = [
        (
            Call::get("/jukebox/records/1"),
            r#"200 | www-authenticate: Bearer realm="jukebox & co" | {"error":true,"error_message":"Insert coin"}"#,
        ),
        (record(&unlisted.access), r#"418 | {"error":true,"error_message":"Not your bar"}"#),
        (
            Call::get("/jukebox/profile").bearer(&tokens.access),
            r#"403 | {"error":true,"error_message":"The access token lacks a scope this call needs"}"#,
        ),
        (
            Call::get("/jukebox/x").header("x-slot", "slot-1").header("x-coin", "button"),
            r#"401 | {"error":true,"error_message":"The API key is unknown or wrong"}"#,
        ),
    ];
    for (call, line) in cases {
        assert_eq!(told(&app.send(call).await), line);
    }
    // Quotation marks that a header cannot hold are left to the body.
    app.clock.advance(1200);
    assert_eq!(
        told(&app.send(record(&tokens.access)).await),
        r#"401 | www-authenticate: Bearer realm="jukebox & co", error="invalid_token" | {"error":true,"error_message":"“Last round”"}"#
    );
}

#[tokio::test]
async fn calls_and_their_limits() {
    let app = setup().start().await;
    let tokens = app.tokens(&JUKEBOX, &[CLIENT_CREDENTIALS[0], FOR_TEAM]).await;
    let first = app.send(record(&tokens.access)).await;
    assert_eq!((first.header("x-coins-left"), first.header("x-records-left")), ("19", "7"));
    assert_eq!(first.json()["headers"]["x-stagedoor-team"], "5001");
    // A legacy key stands for the app's own team and counts with it.
    let legacy = Call::get("/jukebox/records/1").header("x-slot", "slot-1").header("x-coin", "penny");
    for left in (0..7).rev() {
        let answer = app.send(legacy.clone()).await;
        assert_eq!((answer.status, answer.header("x-records-left")), (200, left.to_string().as_str()));
    }
    let spent = app.send(record(&tokens.access)).await;
    assert_eq!((spent.status, spent.header("x-records-left")), (429, "0"));
    // Another team has its own.
    let others = app.tokens(&JUKEBOX, &[CLIENT_CREDENTIALS[0], ("team_id", "5002")]).await;
    assert_eq!(app.send(record(&others.access)).await.header("x-records-left"), "7");
}

#[tokio::test]
async fn cors() {
    let app = setup().start().await;
    let preflight =
        app.send(Call::new("OPTIONS", "/jukebox/records/1").header("origin", "https://a.example")).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-methods")), (204, "GET"));
    assert_eq!(preflight.header("access-control-max-age"), "60");
}
