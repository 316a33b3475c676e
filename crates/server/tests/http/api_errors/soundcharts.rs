//! Soundcharts: `{"errors": [{"key", "code", "message"}]}`.

use stagedoor_protocol::app::{self, Stage};
use stagedoor_server::entropy;
use stagedoor_wire::dialect::{AppCreation, Quota};

use super::{check, few_calls};
use crate::app::{CLIENT_CREDENTIALS, Call, OF_REFUSALS, SOUNDCHARTS, START, TestApp};

fn artist() -> Call {
    Call::get("/soundcharts/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396")
}

fn with_key(id: &str, key: &str) -> Call {
    artist().header("x-app-id", id).header("x-api-key", key)
}

const WRONG_KEY: &str =
    r#"401 | {"errors":[{"key":"legacy_key_wrong","code":401,"message":"Invalid credentials"}]}"#;

#[tokio::test]
async fn tokens() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    let malformed = r#"400 | www-authenticate: Bearer realm="soundcharts", error="invalid_request", error_description="The Authorization header is not Bearer and a token" | {"errors":[{"key":"invalid_request","code":400,"message":"The Authorization header is not Bearer and a token"}]}"#;
    let unknown = r#"401 | www-authenticate: Bearer realm="soundcharts", error="invalid_token", error_description="Invalid credentials" | {"errors":[{"key":"invalid_token","code":401,"message":"Invalid credentials"}]}"#;
    let cases = [
        (
            artist(),
            r#"401 | www-authenticate: Bearer realm="soundcharts" | {"errors":[{"key":"token_missing","code":401,"message":"No access token was sent"}]}"#,
        ),
        (artist().basic("a", "b"), malformed),
        (artist().bearer("x"), unknown),
    ];
    check(&app, cases).await;
    app.clock.advance(3600);
    let expired = r#"401 | www-authenticate: Bearer realm="soundcharts", error="invalid_token", error_description="Expired JWT Token" | {"errors":[{"key":"invalid_token","code":401,"message":"Expired JWT Token"}]}"#;
    check(&app, [(artist().bearer(&tokens.access), expired)]).await;
}

#[tokio::test]
async fn legacy_keys() {
    let app = TestApp::new().await;
    let cases = [
        (with_key("chart-board", "wrong"), WRONG_KEY),
        (with_key("nobody", "the-old-key"), WRONG_KEY),
        (with_key("chart-board", ""), WRONG_KEY),
        (with_key(&"x".repeat(5000), "the-old-key"), WRONG_KEY),
        (artist().header("x-app-id", "chart-board"), WRONG_KEY),
        (artist().header("x-api-key", "the-old-key"), WRONG_KEY),
        (artist().header("x-app-id", b"\xff").header("x-api-key", "the-old-key"), WRONG_KEY),
        (
            // Where a token is sent it is the token that counts.
            with_key("chart-board", "the-old-key").bearer("x"),
            r#"401 | www-authenticate: Bearer realm="soundcharts", error="invalid_token", error_description="Invalid credentials" | {"errors":[{"key":"invalid_token","code":401,"message":"Invalid credentials"}]}"#,
        ),
    ];
    check(&app, cases).await;
    assert_eq!(app.send(with_key("chart-board", "the-old-key")).await.status, 200);
    // Another API has none.
    let elsewhere =
        with_key("chart-board", "the-old-key").at(|path| path.replace("/soundcharts", "/standard"));
    assert_eq!(app.send(elsewhere).await.status, 401);
}

/// A legacy key is worth no more than a token of the same app.
#[tokio::test]
async fn legacy_keys_end_and_stand_with_their_app() {
    let app =
        TestApp::setup().change("soundcharts", |dialect| dialect.apps.creation = AppCreation::ByRequest);
    let app = app.start().await;
    let call = || app.send(with_key("chart-board", "the-old-key"));
    assert_eq!(call().await.status, 200);
    let id = app.app(&SOUNDCHARTS).await.id;
    app.commit(app::set_stage(id, Stage::Development, "admin", START)).await;
    assert_eq!(call().await.status, 403, "not listed");
    app.commit(app::set_stage(id, Stage::Suspended, "admin", START)).await;
    assert_eq!(call().await.line(&OF_REFUSALS), WRONG_KEY);
    app.commit(app::set_stage(id, Stage::Approved, "admin", START)).await;
    assert_eq!(call().await.status, 200);
    let known = app.app(&SOUNDCHARTS).await;
    let regenerated = app::regenerate(app.rules("soundcharts"), &known, "dev", START, &mut entropy::rng());
    app.commit(regenerated).await;
    assert_eq!(call().await.line(&OF_REFUSALS), WRONG_KEY);
}

#[tokio::test]
async fn too_many() {
    let app = TestApp::setup().change("soundcharts", few_calls).start().await;
    let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    // The official SDK waits for as many seconds as x-ratelimit-reset says.
    let first = app.send(artist().bearer(&tokens.access)).await;
    assert_eq!((first.header("x-ratelimit-remaining"), first.header("x-ratelimit-reset")), ("1", "60"));
    assert_eq!(first.header("x-quota-remaining"), "499999");
    // A legacy key of the same app is counted with it.
    assert_eq!(app.send(with_key("chart-board", "the-old-key")).await.header("x-ratelimit-remaining"), "0");
    let limited = r#"429 | retry-after: 60 | x-quota-remaining: 499998 | x-ratelimit-remaining: 0 | x-ratelimit-reset: 120 | {"errors":[{"key":"rate_limited","code":429,"message":"maximum request count reached"}]}"#;
    check(&app, [(artist().bearer(&tokens.access), limited)]).await;
}

/// The quota is the team's, for 30 days.
#[tokio::test]
async fn quota() {
    let two = |dialect: &mut stagedoor_wire::Dialect| {
        dialect.limits.quota = Some(Quota { calls: 2, remaining_header: "x-quota-remaining".into() });
    };
    let app = TestApp::setup().change("soundcharts", two).start().await;
    let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    let mut left = Vec::new();
    for _ in 0..2 {
        left.push(app.send(artist().bearer(&tokens.access)).await.header("x-quota-remaining").to_owned());
    }
    assert_eq!(left, ["1", "0"]);
    let answer = app.send(artist().bearer(&tokens.access)).await;
    assert_eq!((answer.status, answer.header("x-quota-remaining")), (429, "0"));
    assert_eq!(
        answer.text(),
        r#"{"errors":[{"key":"quota_exhausted","code":429,"message":"Maximum quota reached"}]}"#
    );
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30 * 24 * 3600).contains(&wait), "{wait}");
    app.clock.advance(wait);
    let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    assert_eq!(app.send(artist().bearer(&tokens.access)).await.header("x-quota-remaining"), "1");
}
