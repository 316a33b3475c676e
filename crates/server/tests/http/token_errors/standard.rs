//! Plain RFCs: 6749 §5.2 with its 401 and `WWW-Authenticate`.

use super::check;
use crate::app::{
    CLIENT_CREDENTIALS, Call, Client, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp, refresh,
};

const FAILED: &str = r#"401 | www-authenticate: Basic realm="Standard API" | {"error":"invalid_client","error_description":"Client authentication failed"}"#;
const SCOPE: &str = r#"400 | {"error":"invalid_scope","error_description":"The scope is unknown, malformed or exceeds what was granted"}"#;
const CODE: &str =
    r#"400 | {"error":"invalid_grant","error_description":"The authorization code is unknown or was used"}"#;
const REVOKED: &str =
    r#"400 | {"error":"invalid_grant","error_description":"The refresh token was revoked or has ended"}"#;

#[tokio::test]
async fn requests() {
    let app = TestApp::new().await;
    let post = || Call::post(&STANDARD.token_path());
    let with = |field| [CLIENT_CREDENTIALS[0], field];
    let cases = [
        (
            post().fields(&CLIENT_CREDENTIALS),
            r#"401 | www-authenticate: Basic realm="Standard API" | {"error":"invalid_client","error_description":"Client authentication is missing"}"#,
        ),
        (Client { id: "77", ..STANDARD }.token(&CLIENT_CREDENTIALS), FAILED),
        (Client { secret: "wrong", ..STANDARD }.token(&CLIENT_CREDENTIALS), FAILED),
        (
            STANDARD.token(&with(("client_id", STANDARD_OTHER.id))),
            r#"400 | {"error":"invalid_request","error_description":"More than one client authentication was sent"}"#,
        ),
        (STANDARD.token(&with(("scope", "read nothing"))), SCOPE),
        (STANDARD.token(&with(("scope", "re\"ad"))), SCOPE),
        (
            STANDARD.token(&[("grant_type", "")]),
            r#"400 | {"error":"invalid_request","error_description":"grant_type is missing"}"#,
        ),
        (
            STANDARD.token(&[("grant_type", "urn:\"odd\\\u{e9}")]),
            r#"400 | {"error":"unsupported_grant_type","error_description":"grant_type urn:?odd?? is not supported"}"#,
        ),
        (
            STANDARD.token(&[("grant_type", "urn:ietf:params:oauth:grant-type:device_code")]),
            r#"400 | {"error":"invalid_request","error_description":"device_code is missing"}"#,
        ),
        (
            post().form("grant_type=%00").basic(STANDARD.id, STANDARD.secret),
            r#"400 | {"error":"invalid_request","error_description":"The request body is malformed: the text holds a control character"}"#,
        ),
        (
            post().form("grant_type=%ff").basic(STANDARD.id, STANDARD.secret),
            r#"400 | {"error":"invalid_request","error_description":"The request body is malformed: the text is not UTF-8"}"#,
        ),
        (
            post().method("HEAD"),
            r#"405 | allow: POST | {"error":"invalid_request","error_description":"The token endpoint takes POST"}"#,
        ),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn codes() {
    let app = TestApp::new().await;
    let code = app.code(&STANDARD, "read").await;
    let redeem = STANDARD.redeem(&code);
    let cases = [
        (STANDARD_OTHER.token(&redeem), CODE),
        (Client { secret: "", ..STANDARD }.token(&redeem), FAILED),
        (
            STANDARD
                .token(&Client { redirect_uri: "https://reader.example/other", ..STANDARD }.redeem(&code)),
            r#"400 | {"error":"invalid_grant","error_description":"redirect_uri is not the one of the authorization request"}"#,
        ),
        (
            STANDARD.token(&redeem[..3]),
            r#"400 | {"error":"invalid_grant","error_description":"code_verifier is missing"}"#,
        ),
        (
            STANDARD.token(&[&redeem[..3], &[("code_verifier", "x")]].concat()),
            r#"400 | {"error":"invalid_request","error_description":"code_verifier must be 43 to 128 unreserved characters"}"#,
        ),
        (
            STANDARD.token(&[&redeem[..3], &[("code_verifier", &"x".repeat(43))]].concat()),
            r#"400 | {"error":"invalid_grant","error_description":"code_verifier does not answer the code_challenge"}"#,
        ),
    ];
    check(&app, cases).await;
    let tokens = app.tokens(&STANDARD, &redeem).await;
    check(&app, [(STANDARD.token(&redeem), CODE), (STANDARD.token(&refresh(&tokens.refresh)), REVOKED)])
        .await;

    let late = app.code(&STANDARD, "read").await;
    app.clock.advance(600);
    let expired =
        r#"400 | {"error":"invalid_grant","error_description":"The authorization code has expired"}"#;
    check(&app, [(STANDARD.token(&STANDARD.redeem(&late)), expired)]).await;
}

#[tokio::test]
async fn refresh_tokens() {
    let app = TestApp::new().await;
    let first = app.grant(&STANDARD, "read write").await;
    let unknown = r#"400 | {"error":"invalid_grant","error_description":"The refresh token is unknown"}"#;
    let wider = [refresh(&first.refresh).as_slice(), &[("scope", "read profile")]].concat();
    let cases = [
        (STANDARD_OTHER.token(&refresh(&first.refresh)), unknown),
        (STANDARD.token(&refresh(&first.access)), unknown),
        (STANDARD.token(&refresh("x")), unknown),
        (Client { secret: "", ..STANDARD }.token(&refresh(&first.refresh)), FAILED),
        (STANDARD.token(&wider), SCOPE),
    ];
    check(&app, cases).await;
    let second = app.tokens(&STANDARD, &refresh(&first.refresh)).await;
    // A lost answer: the same successor.
    assert!(app.tokens(&STANDARD, &refresh(&first.refresh)).await.refresh == second.refresh, "two heirs");
    let third = app.tokens(&STANDARD, &refresh(&second.refresh)).await;
    let replayed =
        [&first, &second, &third].map(|tokens| (STANDARD.token(&refresh(&tokens.refresh)), REVOKED));
    check(&app, replayed).await;
}

/// A public client has twenty seconds to ask again for an answer it lost.
#[tokio::test]
async fn a_public_clients_refresh_tokens() {
    let app = TestApp::new().await;
    let first = app.grant(&STANDARD_PUBLIC, "read").await;
    let second = app.tokens(&STANDARD_PUBLIC, &refresh(&first.refresh)).await;
    app.clock.advance(15);
    let again = app.tokens(&STANDARD_PUBLIC, &refresh(&first.refresh)).await;
    assert!(again.refresh == second.refresh, "two heirs");
    app.clock.advance(20);
    let cases = [&first, &second].map(|tokens| (STANDARD_PUBLIC.token(&refresh(&tokens.refresh)), REVOKED));
    check(&app, cases).await;
}

/// RFC 6749 §4.4, §5.2: it is known who asks, so it has not failed to say so.
#[tokio::test]
async fn a_public_client_for_itself() {
    let app = TestApp::new().await;
    let forbidden = r#"400 | {"error":"unauthorized_client","error_description":"This client may not use this grant type"}"#;
    let made_up = Client { secret: "wrong", ..STANDARD_PUBLIC };
    check(
        &app,
        [
            (STANDARD_PUBLIC.token(&CLIENT_CREDENTIALS), forbidden),
            (made_up.token(&CLIENT_CREDENTIALS), FAILED),
        ],
    )
    .await;
}

/// RFC 6749 §6: a refresh may ask for less; what it gets is said.
#[tokio::test]
async fn scopes_of_answers() {
    let app = TestApp::new().await;
    let scope = async |fields: &[(&str, &str)]| {
        let answer = app.send(STANDARD.token(fields)).await;
        assert_eq!(answer.status, 200, "{}", answer.shown());
        answer.json().get("scope").map(|scope| scope.as_str().unwrap().to_owned())
    };
    let tokens = app.grant(&STANDARD, "write read write").await;
    let refresh = refresh(&tokens.refresh);
    assert_eq!(scope(&refresh).await.as_deref(), Some("write read"));
    assert_eq!(scope(&[refresh.as_slice(), &[("scope", "read")]].concat()).await.as_deref(), Some("read"));
    assert_eq!(scope(&CLIENT_CREDENTIALS).await, None);
    assert_eq!(scope(&[CLIENT_CREDENTIALS[0], ("scope", "read")]).await.as_deref(), Some("read"));
}
