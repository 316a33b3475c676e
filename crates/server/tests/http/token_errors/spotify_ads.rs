//! Spotify Ads: the same accounts service, without client credentials.

use super::check;
use crate::app::{ADS, ADS_UNLISTED, CLIENT_CREDENTIALS, Call, Client, TestApp, refresh};

#[tokio::test]
async fn requests() {
    let app = TestApp::new().await;
    let other = r#"400 | {"error":"unsupported_grant_type","error_description":"grant_type must be authorization_code or refresh_token"}"#;
    let cases = [
        (ADS.token(&CLIENT_CREDENTIALS), other),
        (
            Call::post(&ADS.token_path()).fields(&CLIENT_CREDENTIALS),
            r#"400 | {"error":"invalid_client","error_description":"Invalid client"}"#,
        ),
        (
            Client { secret: "wrong", ..ADS }.token(&refresh("x")),
            r#"400 | {"error":"invalid_client","error_description":"Invalid client secret"}"#,
        ),
        (
            ADS.token(&ADS.redeem("NApCCgzJbfKxSgZHHYSuaIPUlL19NhLfCeyNUGYMFg")),
            r#"400 | {"error":"invalid_grant","error_description":"Invalid authorization code"}"#,
        ),
        (
            ADS.token(&refresh("x")),
            r#"400 | {"error":"invalid_grant","error_description":"Invalid refresh token"}"#,
        ),
        (
            ADS.token(&[("grant_type", "refresh_token")]),
            r#"400 | {"error":"invalid_request","error_description":"refresh_token must be supplied"}"#,
        ),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn codes_and_refresh_tokens() {
    let app = TestApp::new().await;
    let code = app.code(&ADS, "streaming").await;
    let elsewhere = Client { redirect_uri: "http://127.0.0.1:8888/callback", ..ADS };
    let mismatch = r#"400 | {"error":"invalid_grant","error_description":"Invalid redirect URI"}"#;
    check(&app, [(ADS.token(&elsewhere.redeem(&code)), mismatch)]).await;
    let tokens = app.tokens(&ADS, &ADS.redeem(&code)).await;

    let invalid = r#"400 | {"error":"invalid_grant","error_description":"Invalid refresh token"}"#;
    let cases = [
        // The guide's refresh example has the access token here, which is never taken for one.
        (ADS.token(&refresh(&tokens.access)), invalid),
        (ADS_UNLISTED.token(&refresh(&tokens.refresh)), invalid),
    ];
    check(&app, cases).await;
    // "The refresh token does not expire."
    app.clock.advance(10 * 366 * 24 * 3600);
    assert_eq!(app.tokens(&ADS, &refresh(&tokens.refresh)).await.refresh, tokens.refresh);
}

#[tokio::test]
async fn the_code_is_valid_for_ten_minutes() {
    let app = TestApp::new().await;
    let code = app.code(&ADS, "").await;
    app.clock.advance(600);
    let expired = r#"400 | {"error":"invalid_grant","error_description":"Authorization code expired"}"#;
    check(&app, [(ADS.token(&ADS.redeem(&code)), expired)]).await;
}
