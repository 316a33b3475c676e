//! Soundcharts: teams, and RFC 6749's bodies for the documented statuses.

use super::check;
use crate::app::{CLIENT_CREDENTIALS, Call, Client, SOUNDCHARTS, SOUNDCHARTS_AGENCY, TestApp, refresh};

const FAILED: &str = r#"401 | www-authenticate: Basic realm="Soundcharts API" | {"error":"invalid_client","error_description":"Client authentication failed"}"#;
const FORBIDDEN: &str =
    r#"403 | {"error":"access_denied","error_description":"This client has no access to that team"}"#;
const TEAM_MISSING: &str = r#"400 | {"error":"invalid_request","error_description":"team_id is missing: this client acts for several teams"}"#;

#[tokio::test]
async fn requests() {
    let app = TestApp::new().await;
    let post = || Call::post(&SOUNDCHARTS.token_path());
    let as_form = [("client_id", SOUNDCHARTS.id), ("client_secret", SOUNDCHARTS.secret)];
    let cases = [
        (
            post().fields(&CLIENT_CREDENTIALS),
            r#"401 | www-authenticate: Basic realm="Soundcharts API" | {"error":"invalid_client","error_description":"Client authentication is missing"}"#,
        ),
        (Client { id: "77", ..SOUNDCHARTS }.token(&CLIENT_CREDENTIALS), FAILED),
        (Client { secret: "wrong", ..SOUNDCHARTS }.token(&CLIENT_CREDENTIALS), FAILED),
        (
            post().fields(&[as_form.as_slice(), &CLIENT_CREDENTIALS].concat()),
            r#"401 | www-authenticate: Basic realm="Soundcharts API" | {"error":"invalid_client","error_description":"This way of client authentication is not offered"}"#,
        ),
        (
            post().fields(&CLIENT_CREDENTIALS).header("authorization", "Basic %%%"),
            r#"401 | www-authenticate: Basic realm="Soundcharts API" | {"error":"invalid_client","error_description":"The Authorization header is not Basic base64(client_id:client_secret)"}"#,
        ),
        (
            SOUNDCHARTS.token(&[]),
            r#"400 | {"error":"invalid_request","error_description":"grant_type is missing"}"#,
        ),
        (
            SOUNDCHARTS.token(&refresh("x")),
            r#"400 | {"error":"unsupported_grant_type","error_description":"grant_type refresh_token is not supported"}"#,
        ),
        (
            post().method("GET"),
            r#"405 | allow: POST | {"error":"invalid_request","error_description":"The token endpoint takes POST"}"#,
        ),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn teams() {
    let app = TestApp::new().await;
    let of = |team| [CLIENT_CREDENTIALS[0], ("team_id", team)];
    let cases = [
        (SOUNDCHARTS.token(&of("5002")), FORBIDDEN),
        (SOUNDCHARTS.token(&of("Harbour Analytics")), FORBIDDEN),
        (SOUNDCHARTS.token(&of("nobody")), FORBIDDEN),
        (SOUNDCHARTS_AGENCY.token(&CLIENT_CREDENTIALS), TEAM_MISSING),
        (SOUNDCHARTS_AGENCY.token(&of("Low Tide")), TEAM_MISSING),
        (SOUNDCHARTS_AGENCY.token(&of("5001")), FORBIDDEN),
    ];
    check(&app, cases).await;
    for team in ["5002", "Harbour Analytics", "5003", "5004"] {
        app.tokens(&SOUNDCHARTS_AGENCY, &of(team)).await;
    }
    for team in ["5001", "Night Ferry Records"] {
        app.tokens(&SOUNDCHARTS, &of(team)).await;
    }
    app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
}

#[tokio::test]
async fn a_live_token_is_served_again() {
    let app = TestApp::new().await;
    let first = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    app.clock.advance(600);
    let answer = app.send(SOUNDCHARTS.token(&CLIENT_CREDENTIALS)).await;
    let body = answer.json();
    let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "token_type", "expires_in", "refresh_token"]);
    assert!(body["refresh_token"].is_null());
    let left = body["expires_in"].as_u64().unwrap();
    assert!((2990..=3000).contains(&left), "{left}");
    assert!(answer.tokens().access == first.access, "another token");
    // Half a lifetime later there is a new one, and the first is good till its end.
    app.clock.advance(1200);
    assert!(app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await.access != first.access, "the same token");
    assert_eq!(app.send(Call::get("/soundcharts/api/x").bearer(&first.access)).await.status, 200);
}

#[tokio::test]
async fn too_many() {
    let app = TestApp::new().await;
    for _ in 0..60 {
        app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    }
    let too_many = r#"429 | retry-after: 1 | {"error":"temporarily_unavailable","error_description":"Too many token requests"}"#;
    check(&app, [(SOUNDCHARTS.token(&CLIENT_CREDENTIALS), too_many)]).await;
    app.clock.advance(1);
    app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
}
