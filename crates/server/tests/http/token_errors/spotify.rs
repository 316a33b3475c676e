//! Spotify: status 400 for everything, `invalid_client` too.

use super::check;
use crate::app::{
    CLIENT_CREDENTIALS, Call, Client, SPOTIFY, SPOTIFY_PUBLIC, SPOTIFY_SUSPENDED, TestApp, VERIFIER, refresh,
};

const INVALID_CLIENT: &str = r#"400 | {"error":"invalid_client","error_description":"Invalid client"}"#;
const INVALID_SECRET: &str =
    r#"400 | {"error":"invalid_client","error_description":"Invalid client secret"}"#;
const INVALID_CODE: &str =
    r#"400 | {"error":"invalid_grant","error_description":"Invalid authorization code"}"#;
const NO_GRANT_TYPE: &str =
    r#"400 | {"error":"unsupported_grant_type","error_description":"grant_type parameter is missing"}"#;
const OTHER_GRANT_TYPE: &str = r#"400 | {"error":"unsupported_grant_type","error_description":"grant_type must be client_credentials, authorization_code or refresh_token"}"#;

#[tokio::test]
async fn clients() {
    let app = TestApp::new().await;
    let post = || Call::post(&SPOTIFY.token_path());
    let as_form = format!("client_id={}&client_secret={}", SPOTIFY.id, SPOTIFY.secret);
    let twice = format!("grant_type=client_credentials&{as_form}");
    let cases = [
        (post().fields(&CLIENT_CREDENTIALS), INVALID_CLIENT),
        (Client { id: "77", ..SPOTIFY }.token(&CLIENT_CREDENTIALS), INVALID_CLIENT),
        (Client { secret: "wrong", ..SPOTIFY }.token(&CLIENT_CREDENTIALS), INVALID_SECRET),
        (Client { secret: "", ..SPOTIFY }.token(&CLIENT_CREDENTIALS), INVALID_SECRET),
        (
            SPOTIFY_PUBLIC.token(&CLIENT_CREDENTIALS),
            r#"400 | {"error":"unauthorized_client","error_description":"This client may not use this grant type"}"#,
        ),
        (SPOTIFY_SUSPENDED.token(&CLIENT_CREDENTIALS), INVALID_CLIENT),
        (
            post().fields(&CLIENT_CREDENTIALS).header("authorization", "Basic not base64"),
            r#"400 | {"error":"invalid_client"}"#,
        ),
        (
            post().fields(&CLIENT_CREDENTIALS).header("authorization", "Bearer abc"),
            r#"400 | {"error":"invalid_client"}"#,
        ),
        (
            post().form(&twice).basic(SPOTIFY.id, SPOTIFY.secret),
            r#"400 | {"error":"invalid_request","error_description":"More than one client authentication was sent"}"#,
        ),
    ];
    check(&app, cases).await;
    assert_eq!(app.send(post().form(&twice)).await.status, 200);
}

#[tokio::test]
async fn requests() {
    let app = TestApp::new().await;
    let post = || Call::post(&SPOTIFY.token_path());
    let of = |grant_type| [("grant_type", grant_type)];
    let cases = [
        (SPOTIFY.token(&[]), NO_GRANT_TYPE),
        (SPOTIFY.token(&of("")), NO_GRANT_TYPE),
        (post().body("grant_type=client_credentials").basic(SPOTIFY.id, SPOTIFY.secret), NO_GRANT_TYPE),
        (post().header("content-type", "application/json").body("{}"), NO_GRANT_TYPE),
        (SPOTIFY.token(&of("password")), OTHER_GRANT_TYPE),
        (
            SPOTIFY.token(&of("authorization_code")),
            r#"400 | {"error":"invalid_request","error_description":"code must be supplied"}"#,
        ),
        (
            SPOTIFY.token(&of("refresh_token")),
            r#"400 | {"error":"invalid_request","error_description":"refresh_token must be supplied"}"#,
        ),
        (SPOTIFY.token(&SPOTIFY.redeem("AQ-not-one")), INVALID_CODE),
        (
            SPOTIFY.token(&refresh("AQ-not-one")),
            r#"400 | {"error":"invalid_grant","error_description":"Invalid refresh token"}"#,
        ),
        (
            SPOTIFY.token(&[of("authorization_code")[0], ("code", "x"), ("code_verifier", "short")]),
            r#"400 | {"error":"invalid_request","error_description":"code_verifier was invalid"}"#,
        ),
        (
            post().method("PUT"),
            r#"405 | allow: POST | {"error":"invalid_request","error_description":"The token endpoint takes POST"}"#,
        ),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn codes() {
    let app = TestApp::new().await;
    let code = app.code(&SPOTIFY, "streaming").await;
    let redeem = SPOTIFY.redeem(&code);
    let elsewhere = Client { redirect_uri: "https://setlist.example/callback/", ..SPOTIFY };
    let with_verifier = [redeem.as_slice(), &[("code_verifier", VERIFIER)]].concat();
    let cases = [
        (
            SPOTIFY.token(&redeem[..2]),
            r#"400 | {"error":"invalid_request","error_description":"redirect_uri must be supplied"}"#,
        ),
        (
            SPOTIFY.token(&elsewhere.redeem(&code)),
            r#"400 | {"error":"invalid_grant","error_description":"Invalid redirect URI"}"#,
        ),
        (
            // A verifier for a code that has no challenge (RFC 9700 §4.8.2).
            SPOTIFY.token(&with_verifier),
            r#"400 | {"error":"invalid_grant","error_description":"code_verifier was incorrect"}"#,
        ),
        (SPOTIFY_PUBLIC.token(&redeem), INVALID_CODE),
        (Client { secret: "", ..SPOTIFY }.token(&redeem), INVALID_SECRET),
    ];
    check(&app, cases).await;
    // None of that has used it up.
    let tokens = app.tokens(&SPOTIFY, &redeem).await;
    let replayed = [
        (SPOTIFY.token(&redeem), INVALID_CODE),
        (
            SPOTIFY.token(&refresh(&tokens.refresh)),
            r#"400 | {"error":"invalid_grant","error_description":"Refresh token revoked"}"#,
        ),
    ];
    check(&app, replayed).await;

    let late = app.code(&SPOTIFY, "").await;
    app.clock.advance(600);
    let expired = r#"400 | {"error":"invalid_grant","error_description":"Authorization code expired"}"#;
    check(&app, [(SPOTIFY.token(&SPOTIFY.redeem(&late)), expired)]).await;
}

#[tokio::test]
async fn verifiers() {
    let app = TestApp::new().await;
    let code = app.code(&SPOTIFY_PUBLIC, "").await;
    let redeem = SPOTIFY_PUBLIC.redeem(&code);
    let another = "another-verifier-that-is-long-enough-to-be-one";
    let wrong = [&redeem[..3], &[("code_verifier", another)]].concat();
    let cases = [
        (
            SPOTIFY_PUBLIC.token(&redeem[..3]),
            r#"400 | {"error":"invalid_request","error_description":"code_verifier required"}"#,
        ),
        (
            SPOTIFY_PUBLIC.token(&wrong),
            r#"400 | {"error":"invalid_grant","error_description":"code_verifier was incorrect"}"#,
        ),
    ];
    check(&app, cases).await;
    app.tokens(&SPOTIFY_PUBLIC, &redeem).await;
}

#[tokio::test]
async fn refresh_tokens() {
    let app = TestApp::new().await;
    let invalid = r#"400 | {"error":"invalid_grant","error_description":"Invalid refresh token"}"#;
    let revoked = r#"400 | {"error":"invalid_grant","error_description":"Refresh token revoked"}"#;
    let tokens = app.grant(&SPOTIFY, "streaming user-read-email").await;
    let cases = [
        (SPOTIFY.token(&refresh(&tokens.access)), invalid),
        (SPOTIFY_PUBLIC.token(&refresh(&tokens.refresh)), invalid),
        (Client { secret: "", ..SPOTIFY }.token(&refresh(&tokens.refresh)), INVALID_SECRET),
        (
            SPOTIFY.token(&[refresh(&tokens.refresh).as_slice(), &[("scope", "user-top-read")]].concat()),
            r#"400 | {"error":"invalid_scope","error_description":"The scope is unknown, malformed or exceeds what was granted"}"#,
        ),
    ];
    check(&app, cases).await;
    // It is echoed, and ends six months after the authorization whatever is done with it.
    for _ in 0..5 {
        app.clock.advance(30 * 24 * 3600);
        assert_eq!(app.tokens(&SPOTIFY, &refresh(&tokens.refresh)).await.refresh, tokens.refresh);
    }
    app.clock.advance(31 * 24 * 3600);
    check(&app, [(SPOTIFY.token(&refresh(&tokens.refresh)), revoked)]).await;
}

#[tokio::test]
async fn too_many() {
    let few = |dialect: &mut stagedoor_wire::Dialect| {
        dialect.limits.token = stagedoor_wire::dialect::Limit { burst: 2, per_minute: 1 };
    };
    let app = TestApp::setup().change("spotify", few).start().await;
    let too_many = r#"429 | retry-after: 60 | {"error":"temporarily_unavailable","error_description":"Too many token requests"}"#;
    for _ in 0..2 {
        app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    }
    check(&app, [(SPOTIFY.token(&CLIENT_CREDENTIALS), too_many)]).await;
    // Who does not prove to be the client uses up the address's share, not the client's, and the other way round.
    let stranger = Client { secret: "wrong", ..SPOTIFY };
    let cases =
        [INVALID_SECRET, INVALID_SECRET, too_many].map(|line| (stranger.token(&CLIENT_CREDENTIALS), line));
    check(&app, cases).await;
    app.clock.advance(60);
    app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
}
