//! RFC 6750 §3 and §3.1: the challenge, and a body in the shape of RFC 6749's.

use super::{check, few_calls, forged};
use crate::app::{CLIENT_CREDENTIALS, Call, STANDARD, TestApp};

fn call() -> Call {
    Call::get("/standard/catalogue")
}

#[tokio::test]
async fn tokens() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let malformed = r#"400 | www-authenticate: Bearer realm="api", error="invalid_request", error_description="The Authorization header is not Bearer and a token" | {"error":"invalid_request","error_description":"The Authorization header is not Bearer and a token"}"#;
    let invalid = r#"401 | www-authenticate: Bearer realm="api", error="invalid_token", error_description="The access token is invalid" | {"error":"invalid_token","error_description":"The access token is invalid"}"#;
    let cases = [
        (
            call(),
            r#"401 | www-authenticate: Bearer realm="api" | {"error":"token_missing","error_description":"No access token was sent"}"#,
        ),
        (
            // RFC 9700 §4.3.2: not in the query.
            call().at(|path| format!("{path}?access_token={}", tokens.access)),
            r#"401 | www-authenticate: Bearer realm="api" | {"error":"token_missing","error_description":"No access token was sent"}"#,
        ),
        (call().header("authorization", "Digest x"), malformed),
        (call().bearer("x"), invalid),
        (call().bearer(&forged(&tokens.access)), invalid),
        (call().bearer(&tokens.access[..tokens.access.len() - 1]), invalid),
        (call().bearer(&format!("{}A", tokens.access)), invalid),
    ];
    check(&app, cases).await;
    app.clock.advance(3600);
    let expired = r#"401 | www-authenticate: Bearer realm="api", error="invalid_token", error_description="The access token has expired" | {"error":"invalid_token","error_description":"The access token has expired"}"#;
    check(&app, [(call().bearer(&tokens.access), expired)]).await;
}

#[tokio::test]
async fn scope() {
    let app = TestApp::new().await;
    let profile = |token: &str| Call::get("/standard/profile").bearer(token);
    let without = app.grant(&STANDARD, "read").await;
    let own = app.tokens(&STANDARD, &[CLIENT_CREDENTIALS[0], ("scope", "profile")]).await;
    let missing = r#"403 | www-authenticate: Bearer realm="api", error="insufficient_scope", error_description="The access token lacks a scope this call needs" | {"error":"insufficient_scope","error_description":"The access token lacks a scope this call needs"}"#;
    let deeper = |path: &str| format!("{path}/picture?size=1");
    let cases = [(profile(&without.access), missing), (profile(&without.access).at(deeper), missing)];
    check(&app, cases).await;
    assert_eq!(app.send(profile(&own.access)).await.status, 200);
    // A longer word is another path.
    assert_eq!(app.send(profile(&without.access).at(|path| format!("{path}s"))).await.status, 200);
}

#[tokio::test]
async fn too_many() {
    let app = TestApp::setup().change("standard", few_calls).start().await;
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    for _ in 0..2 {
        assert_eq!(app.send(call().bearer(&tokens.access)).await.status, 200);
    }
    let limited =
        r#"429 | retry-after: 60 | {"error":"rate_limited","error_description":"Too many requests"}"#;
    check(&app, [(call().bearer(&tokens.access), limited)]).await;
}
