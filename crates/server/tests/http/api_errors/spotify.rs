//! Spotify: the regular error object over several lines, and a challenge with the same text.

use super::{check, few_calls, forged};
use crate::app::{ADS, CLIENT_CREDENTIALS, CRITIC, Call, SPOTIFY, TestApp, refresh};

fn me() -> Call {
    Call::get("/spotify/v1/me")
}

/// An answer's line with this status, challenge and message.
fn line(status: u16, headers: &str, message: &str) -> String {
    format!(
        "{status}{headers} | {{\n  \"error\": {{\n    \"status\": {status},\n    \"message\": \"{message}\"\n  }}\n}}"
    )
}

fn challenge(status: u16, code: &str, message: &str) -> String {
    let header = format!(
        r#" | www-authenticate: Bearer realm="spotify", error="{code}", error_description="{message}""#
    );
    line(status, &header, message)
}

#[tokio::test]
async fn tokens() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    let of_ads = app.grant(&ADS, "").await;
    let invalid = challenge(401, "invalid_token", "Invalid access token");
    let malformed = challenge(400, "invalid_request", "Only valid bearer authentication supported");
    let missing = line(401, r#" | www-authenticate: Bearer realm="spotify""#, "No token provided");
    let cases = [
        (me(), missing.as_str()),
        (me().header("authorization", "Basic abc"), &malformed),
        (me().header("authorization", "Bearer"), &malformed),
        (me().header("authorization", "Bearer "), &malformed),
        (me().header("authorization", b"Bearer \xff"), &malformed),
        (me().bearer("NgCXRKcMzYjw"), &invalid),
        (me().bearer(&forged(&tokens.access)), &invalid),
        (me().bearer(&of_ads.access), &invalid),
        (me().bearer(&of_ads.refresh), &invalid),
    ];
    check(&app, cases).await;
    assert_eq!(app.send(me().header("authorization", format!("bearer {}", tokens.access))).await.status, 200);

    app.clock.advance(3600);
    let expired = challenge(401, "invalid_token", "The access token expired");
    check(&app, [(me().bearer(&tokens.access), expired.as_str())]).await;
}

#[tokio::test]
async fn revoked() {
    let app = TestApp::new().await;
    let code = app.code(&SPOTIFY, "").await;
    let tokens = app.tokens(&SPOTIFY, &SPOTIFY.redeem(&code)).await;
    assert_eq!(app.send(me().bearer(&tokens.access)).await.status, 200);
    assert_eq!(app.send(SPOTIFY.token(&SPOTIFY.redeem(&code))).await.status, 400);
    let invalid = challenge(401, "invalid_token", "Invalid access token");
    check(&app, [(me().bearer(&tokens.access), invalid.as_str())]).await;
}

/// Development mode serves the people the developer has listed.
#[tokio::test]
async fn a_user_who_is_not_listed() {
    let app = TestApp::new().await;
    let code = app.code_of(CRITIC, &SPOTIFY, "").await;
    let tokens = app.tokens(&SPOTIFY, &SPOTIFY.redeem(&code)).await;
    let text =
        "The user is not registered for this application. Please check your settings on your dashboard.";
    let not_listed = line(403, "", text);
    let refreshed = app.tokens(&SPOTIFY, &refresh(&tokens.refresh)).await;
    check(&app, [tokens, refreshed].map(|tokens| (me().bearer(&tokens.access), not_listed.as_str()))).await;
    // The app itself is served.
    let own = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    assert_eq!(app.send(me().bearer(&own.access)).await.status, 200);
}

#[tokio::test]
async fn scope_missing() {
    let app = TestApp::new().await;
    let tokens = app.grant(&SPOTIFY, "streaming").await;
    let missing = line(403, "", "Insufficient client scope");
    check(&app, [(Call::get("/spotify/profile").bearer(&tokens.access), missing.as_str())]).await;
}

/// Counted per app and person.
#[tokio::test]
async fn too_many() {
    let app = TestApp::setup().change("spotify", few_calls).start().await;
    let own = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    let persons = app.grant(&SPOTIFY, "").await;
    for token in [&own.access, &persons.access, &own.access, &persons.access] {
        assert_eq!(app.send(me().bearer(token)).await.status, 200);
    }
    let limited = line(429, " | retry-after: 60", "API rate limit exceeded");
    check(&app, [own, persons].map(|tokens| (me().bearer(&tokens.access), limited.as_str()))).await;
}
