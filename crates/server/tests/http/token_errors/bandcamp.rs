//! Bandcamp: `error_description` stands before `error`.

use super::check;
use crate::app::{
    BANDCAMP, BANDCAMP_OTHER, BANDCAMP_REQUESTED, CLIENT_CREDENTIALS, Call, Client, TestApp, refresh,
};

#[tokio::test]
async fn requests() {
    let app = TestApp::new().await;
    let post = || Call::post(&BANDCAMP.token_path());
    let cases = [
        (
            post().form("grant_type=client_credentials"),
            r#"401 | {"error_description":"Client authentication is missing","error":"invalid_client"}"#,
        ),
        (
            Client { id: "77", ..BANDCAMP }.token(&CLIENT_CREDENTIALS),
            r#"401 | {"error_description":"Client authentication failed","error":"invalid_client"}"#,
        ),
        (
            Client { secret: "wrong", ..BANDCAMP }.token(&CLIENT_CREDENTIALS),
            r#"401 | {"error_description":"Client authentication failed","error":"invalid_client"}"#,
        ),
        (
            // Its escapes are part of the secret: decoded once by the form, never again.
            Client { secret: "bc/secret+with+=signs", ..BANDCAMP }.token(&CLIENT_CREDENTIALS),
            r#"401 | {"error_description":"Client authentication failed","error":"invalid_client"}"#,
        ),
        (
            Client { secret: "", ..BANDCAMP }.token(&CLIENT_CREDENTIALS),
            r#"401 | {"error_description":"Client authentication failed","error":"invalid_client"}"#,
        ),
        (
            post().form("grant_type=client_credentials").basic(BANDCAMP.id, BANDCAMP.secret),
            r#"401 | {"error_description":"This way of client authentication is not offered","error":"invalid_client"}"#,
        ),
        (
            BANDCAMP_REQUESTED.token(&CLIENT_CREDENTIALS),
            r#"403 | {"error_description":"This client is suspended","error":"unauthorized_client"}"#,
        ),
        (
            BANDCAMP.token(&[]),
            r#"400 | {"error_description":"grant_type is missing","error":"invalid_request"}"#,
        ),
        (
            BANDCAMP.token(&[("grant_type", "password")]),
            r#"400 | {"error_description":"grant_type password is not supported","error":"unsupported_grant_type"}"#,
        ),
        (
            BANDCAMP.token(&[("grant_type", "authorization_code"), ("code", "x")]),
            r#"400 | {"error_description":"grant_type authorization_code is not supported","error":"unsupported_grant_type"}"#,
        ),
        (
            BANDCAMP.token(&[("grant_type", "refresh_token")]),
            r#"400 | {"error_description":"refresh_token is missing","error":"invalid_request"}"#,
        ),
        (
            BANDCAMP.token(&refresh("105.1.not-one")),
            r#"400 | {"error_description":"refresh token is invalid","error":"invalid_refresh"}"#,
        ),
        (
            post().form("grant_type=client_credentials&grant_type=client_credentials&client_id=29"),
            r#"400 | {"error_description":"grant_type is sent more than once","error":"invalid_request"}"#,
        ),
        (
            post().header("content-type", "application/json").body(r#"{"grant_type":"client_credentials"}"#),
            r#"400 | {"error_description":"The content type must be application/x-www-form-urlencoded","error":"invalid_request"}"#,
        ),
        (
            post().form("grant_type=%zz"),
            r#"400 | {"error_description":"The request body is malformed: a % is not followed by two hexadecimal digits","error":"invalid_request"}"#,
        ),
        (
            post().form(&format!("grant_type={}", "x".repeat(17 * 1024))),
            r#"413 | {"error_description":"The request body is larger than 16 KiB","error":"invalid_request"}"#,
        ),
        (
            post().method("GET"),
            r#"405 | allow: POST | {"error_description":"The token endpoint takes POST","error":"invalid_request"}"#,
        ),
    ];
    check(&app, cases).await;
}

/// One grant at a time: the page's own body, and what ends the grant that stands in the way.
#[tokio::test]
async fn duplicate_grant() {
    let app = TestApp::new().await;
    const DUPLICATE: &str =
        r#"401 | {"error_description":"client 29 has multiple active grants","error":"duplicate_grant"}"#;
    const REVOKED: &str =
        r#"400 | {"error_description":"refresh token was revoked","error":"invalid_refresh"}"#;
    let first = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    check(&app, [(BANDCAMP.token(&CLIENT_CREDENTIALS), DUPLICATE)]).await;
    // Another app's grant is its own.
    app.tokens(&BANDCAMP_OTHER, &CLIENT_CREDENTIALS).await;

    // A refresh keeps it active for another hour.
    app.clock.advance(3000);
    let second = app.tokens(&BANDCAMP, &refresh(&first.refresh)).await;
    app.clock.advance(3000);
    check(&app, [(BANDCAMP.token(&CLIENT_CREDENTIALS), DUPLICATE)]).await;

    // Then a new one ends it.
    app.clock.advance(601);
    let third = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    check(&app, [(BANDCAMP.token(&refresh(&second.refresh)), REVOKED)]).await;
    app.tokens(&BANDCAMP, &refresh(&third.refresh)).await;
}

#[tokio::test]
async fn another_apps_refresh_token_and_a_replay() {
    let app = TestApp::new().await;
    const UNKNOWN: &str =
        r#"400 | {"error_description":"refresh token is invalid","error":"invalid_refresh"}"#;
    const REVOKED: &str =
        r#"400 | {"error_description":"refresh token was revoked","error":"invalid_refresh"}"#;
    let first = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    check(&app, [(BANDCAMP_OTHER.token(&refresh(&first.refresh)), UNKNOWN)]).await;
    check(&app, [(BANDCAMP.token(&refresh(&first.access)), UNKNOWN)]).await;

    // A published client refreshes under the other grant type.
    let under = [CLIENT_CREDENTIALS[0], ("refresh_token", first.refresh.as_str())];
    let second = app.tokens(&BANDCAMP, &under).await;
    let third = app.tokens(&BANDCAMP, &refresh(&second.refresh)).await;
    check(&app, [(BANDCAMP.token(&under), REVOKED), (BANDCAMP.token(&refresh(&third.refresh)), REVOKED)])
        .await;
}
