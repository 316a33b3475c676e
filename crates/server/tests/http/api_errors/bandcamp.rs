//! Bandcamp: `{"error": true, "error_message": …}`.

use super::{check, few_calls, forged};
use crate::app::{BANDCAMP, CLIENT_CREDENTIALS, Call, STANDARD, TestApp, refresh};

const INVALID: &str = r#"401 | www-authenticate: Bearer realm="bandcamp", error="invalid_token", error_description="The access token is invalid" | {"error":true,"error_message":"The access token is invalid"}"#;

fn my_bands() -> Call {
    Call::post("/bandcamp/api/account/1/my_bands")
}

#[tokio::test]
async fn tokens() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    let others = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let malformed = r#"400 | www-authenticate: Bearer realm="bandcamp", error="invalid_request", error_description="The Authorization header is not Bearer and a token" | {"error":true,"error_message":"The Authorization header is not Bearer and a token"}"#;
    let cases = [
        (
            my_bands(),
            r#"401 | www-authenticate: Bearer realm="bandcamp" | {"error":true,"error_message":"No access token was sent"}"#,
        ),
        (my_bands().basic("29", "x"), malformed),
        (my_bands().bearer(" "), malformed),
        (my_bands().bearer("2070894093.29.1458295960.x"), INVALID),
        (my_bands().bearer(&forged(&tokens.access)), INVALID),
        (my_bands().bearer(&tokens.refresh), INVALID),
        (my_bands().bearer(&others.access), INVALID),
    ];
    check(&app, cases).await;
    assert_eq!(app.send(my_bands().bearer(&tokens.access)).await.status, 200);
}

#[tokio::test]
async fn expired_and_revoked() {
    let app = TestApp::new().await;
    let first = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    app.clock.advance(3601);
    let expired = r#"401 | www-authenticate: Bearer realm="bandcamp", error="invalid_token", error_description="The access token has expired" | {"error":true,"error_message":"The access token has expired"}"#;
    check(&app, [(my_bands().bearer(&first.access), expired)]).await;

    let second = app.tokens(&BANDCAMP, &refresh(&first.refresh)).await;
    app.tokens(&BANDCAMP, &refresh(&second.refresh)).await;
    // A replay ends the grant and what was issued under it.
    assert_eq!(app.send(BANDCAMP.token(&refresh(&first.refresh))).await.status, 400);
    let revoked = r#"401 | www-authenticate: Bearer realm="bandcamp", error="invalid_token", error_description="The access token was revoked" | {"error":true,"error_message":"The access token was revoked"}"#;
    check(&app, [(my_bands().bearer(&second.access), revoked)]).await;
}

#[tokio::test]
async fn too_many() {
    let app = TestApp::setup().change("bandcamp", few_calls).start().await;
    let tokens = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    for _ in 0..2 {
        assert_eq!(app.send(my_bands().bearer(&tokens.access)).await.status, 200);
    }
    let limited = r#"429 | retry-after: 60 | {"error":true,"error_message":"Too many requests"}"#;
    check(&app, [(my_bands().bearer(&tokens.access), limited)]).await;
}
