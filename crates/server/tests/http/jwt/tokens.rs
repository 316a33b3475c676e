//! JWTs do what other access tokens do.

use serde_json::json;
use stagedoor_protocol::app;
use stagedoor_server::entropy;

use super::{EACH, own_token, said, setup};
use crate::app::{Call, SOUNDCHARTS, SPOTIFY, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp, refresh};

const ISSUED: i64 = 1_767_225_600;

async fn status(app: &TestApp, api: &str, token: &str) -> u16 {
    app.send(Call::get(&format!("/{api}/x")).bearer(token)).await.status
}

#[tokio::test]
async fn pass_until_they_expire() {
    let app = setup().start().await;
    for client in EACH {
        let token = own_token(&app, &client).await;
        assert_eq!(status(&app, client.api, &token).await, 200, "{}", client.api);
        for other in ["spotify", if client.api == "standard" { "soundcharts" } else { "standard" }] {
            assert_eq!(status(&app, other, &token).await, 401, "{} at {other}", client.api);
        }
        let claims = said(&token, 1);
        let issuer = format!("http://127.0.0.1:8080/{}", client.api);
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!(issuer)));
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(client.id), &json!(client.id)));
    }
    let token = own_token(&app, &STANDARD).await;
    app.clock.advance(3602);
    assert_eq!(status(&app, "standard", &token).await, 401);
    let opaque = own_token(&app, &SPOTIFY).await;
    assert_eq!(status(&app, "standard", &opaque).await, 401, "another API's");
}

#[tokio::test]
async fn say_what_the_api_behind_is_told() {
    let app = setup().start().await;
    let token = app.grant(&STANDARD, "read profile").await.access;
    let claims = said(&token, 1);
    assert_eq!((&claims["sub"], &claims["scope"]), (&json!("7001"), &json!("read profile")));
    let told = app.send(Call::get("/standard/profile").bearer(&token)).await.json()["headers"].clone();
    assert_eq!(told["x-stagedoor-account"], "7001");
    assert_eq!(told["x-stagedoor-scopes"], "read profile");
    assert_eq!(told["x-stagedoor-team"], claims["stagedoor"]["team"]);
    assert_eq!(told["x-stagedoor-app"], STANDARD.id);
    assert!(told["authorization"].is_null());
    let without = app.grant(&STANDARD, "read").await.access;
    assert_eq!(app.send(Call::get("/standard/profile").bearer(&without)).await.status, 403);
}

/// The same text from every process that has the keys, as long as the window lasts.
#[tokio::test]
async fn served_again() {
    let app = setup().start().await;
    let first = own_token(&app, &SOUNDCHARTS).await;
    app.clock.advance(1000);
    assert_eq!(own_token(&app, &SOUNDCHARTS).await, first);
    app.clock.advance(800);
    let second = own_token(&app, &SOUNDCHARTS).await;
    assert_ne!(second, first);
    assert_ne!(said(&second, 1)["jti"], said(&first, 1)["jti"]);
    for token in [first, second] {
        assert_eq!(status(&app, "soundcharts", &token).await, 200);
    }
}

#[tokio::test]
async fn introspected() {
    let app = setup().start().await;
    let token = app.grant(&STANDARD, "read").await.access;
    let ask = async |client: &crate::app::Client| {
        app.send(client.prove(Call::post("/standard/introspect"), &[("token", &token)])).await.json()
    };
    let live = json!({
        "active": true, "client_id": STANDARD.id, "scope": "read", "iat": ISSUED, "token_type": "Bearer",
        "iss": "http://127.0.0.1:8080/standard", "exp": ISSUED + 3601, "sub": "7001",
    });
    assert_eq!(ask(&STANDARD).await, live);
    assert_eq!(ask(&STANDARD_OTHER).await, json!({"active": false}));
    app.clock.advance(3602);
    assert_eq!(ask(&STANDARD).await, json!({"active": false}));
}

#[tokio::test]
async fn revoked() {
    let app = setup().start().await;
    let revoke = async |token: &str| {
        let call = STANDARD.prove(Call::post("/standard/revoke"), &[("token", token)]);
        assert_eq!(app.send(call).await.status, 200);
    };
    // With its grant.
    let tokens = app.grant(&STANDARD, "read").await;
    let other = app.grant(&STANDARD_PUBLIC, "read").await;
    revoke(&tokens.access).await;
    assert_eq!(status(&app, "standard", &tokens.access).await, 401);
    assert_eq!(app.send(STANDARD.token(&refresh(&tokens.refresh))).await.status, 400);
    // Another app's is none of the caller's.
    revoke(&other.access).await;
    assert_eq!(status(&app, "standard", &other.access).await, 200);
    // Alone.
    let one = own_token(&app, &STANDARD).await;
    let two = own_token(&app, &STANDARD).await;
    revoke(&one).await;
    assert_eq!((status(&app, "standard", &one).await, status(&app, "standard", &two).await), (401, 200));
    // With everything of the app.
    let row = app.app(&STANDARD).await;
    app.commit(app::regenerate(app.rules("standard"), &row, "owner", app.clock.now(), &mut entropy::rng()))
        .await;
    assert_eq!(status(&app, "standard", &two).await, 401);
}

/// A token is as long as it must be, and no longer: header fields have limits on the way.
#[tokio::test]
async fn length() {
    let app = setup().start().await;
    let token = app.grant(&STANDARD, "read write profile").await.access;
    assert!(token.len() < 800, "{}", token.len());
}
