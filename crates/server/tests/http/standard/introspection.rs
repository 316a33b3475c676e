//! RFC 7662.

use serde_json::{Value, json};

use crate::app::{
    CLIENT_CREDENTIALS, Call, Client, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp, Tokens, refresh,
};

const ISSUED: i64 = 1_767_225_600;

async fn ask(app: &TestApp, client: &Client, token: &str) -> Value {
    let answer = app.send(client.prove(Call::post("/standard/introspect"), &[("token", token)])).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.shown());
    answer.json()
}

#[tokio::test]
async fn of_live_tokens() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "read write").await;
    let issuer = "http://127.0.0.1:8080/standard";
    let access = json!({
        "active": true, "client_id": STANDARD.id, "scope": "read write", "iat": ISSUED, "iss": issuer,
        "token_type": "Bearer", "exp": ISSUED + 3600, "sub": "7001",
    });
    assert_eq!(ask(&app, &STANDARD, &tokens.access).await, access);
    let refresh = json!({
        "active": true, "client_id": STANDARD.id, "scope": "read write", "iat": ISSUED, "iss": issuer, "sub": "7001",
    });
    assert_eq!(ask(&app, &STANDARD, &tokens.refresh).await, refresh);
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let own_told = json!({
        "active": true, "client_id": STANDARD.id, "scope": "", "iat": ISSUED, "iss": issuer,
        "token_type": "Bearer", "exp": ISSUED + 3600,
    });
    assert_eq!(ask(&app, &STANDARD, &own.access).await, own_told);
}

/// §2.2: nothing is told of a token that is not live, or another's.
#[tokio::test]
async fn of_all_others() {
    let app = TestApp::new().await;
    let inactive = json!({"active": false});
    let Tokens { access, refresh: first } = app.grant(&STANDARD, "read").await;
    for token in [access.as_str(), &first] {
        assert_eq!(ask(&app, &STANDARD_OTHER, token).await, inactive);
    }
    assert_eq!(ask(&app, &STANDARD, "nonsense").await, inactive);

    let second = app.tokens(&STANDARD, &refresh(&first)).await;
    assert_eq!(ask(&app, &STANDARD, &first).await["active"], true, "its successor is unused");
    let third = app.tokens(&STANDARD, &refresh(&second.refresh)).await;
    assert_eq!(ask(&app, &STANDARD, &first).await, inactive, "rotated away");
    // Asking is no use: nothing was replayed.
    assert_eq!(ask(&app, &STANDARD, &third.refresh).await["active"], true);

    app.clock.advance(3600);
    assert_eq!(ask(&app, &STANDARD, &access).await, inactive, "expired");
    let revoke = STANDARD.prove(Call::post("/standard/revoke"), &[("token", &third.refresh)]);
    assert_eq!(app.send(revoke).await.status, 200);
    for token in [&third.access, &third.refresh] {
        assert_eq!(ask(&app, &STANDARD, token).await, inactive, "revoked");
    }
}

/// §2.1: the caller proves who it is.
#[tokio::test]
async fn refusals() {
    let app = TestApp::new().await;
    let with = |fields: &[(&str, &str)]| Call::post("/standard/introspect").fields(fields);
    let token = ("token", "x");
    for (call, expected) in [
        (with(&[token]), 401),
        (with(&[token]).basic(STANDARD.id, "wrong"), 401),
        (with(&[token, ("client_id", STANDARD_PUBLIC.id)]), 401),
        (with(&[token]).bearer("x"), 401),
        (with(&[]).basic(STANDARD.id, STANDARD.secret), 400),
        (with(&[token]).method("GET").basic(STANDARD.id, STANDARD.secret), 405),
    ] {
        assert_eq!(app.send(call).await.status, expected);
    }
}
