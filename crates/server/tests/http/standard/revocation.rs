//! RFC 7009.

use crate::app::{
    Answer, CLIENT_CREDENTIALS, Call, Client, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp, refresh,
};

async fn revoke(app: &TestApp, client: &Client, token: &str) -> Answer {
    let call = Call::post("/standard/revoke");
    app.send(client.prove(call, &[("token", token), ("token_type_hint", "nonsense")])).await
}

async fn status(app: &TestApp, token: &str) -> u16 {
    app.send(Call::get("/standard/x").bearer(token)).await.status
}

/// §2.1: with either token the grant ends, and with it both.
#[tokio::test]
async fn of_a_grant() {
    let app = TestApp::new().await;
    for client in [STANDARD, STANDARD_PUBLIC] {
        for which in ["access", "refresh"] {
            let tokens = app.grant(&client, "read").await;
            let token = if which == "access" { &tokens.access } else { &tokens.refresh };
            assert_eq!(status(&app, &tokens.access).await, 200);
            let answer = revoke(&app, &client, token).await;
            assert_eq!(
                (answer.status, answer.text(), answer.header("cache-control")),
                (200, "{}", "no-store")
            );
            assert_eq!(status(&app, &tokens.access).await, 401, "{which}");
            assert_eq!(app.send(client.token(&refresh(&tokens.refresh))).await.status, 400, "{which}");
            assert_eq!(revoke(&app, &client, token).await.status, 200, "again is no error");
        }
    }
}

/// A token of the app itself: that one and no other.
#[tokio::test]
async fn of_an_apps_own_token() {
    let app = TestApp::new().await;
    let one = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let two = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    revoke(&app, &STANDARD, &one.access).await;
    assert_eq!((status(&app, &one.access).await, status(&app, &two.access).await), (401, 200));
}

/// §2.2: what is none of the caller's tokens changes nothing and is answered alike.
#[tokio::test]
async fn of_what_is_not_the_callers() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "read").await;
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    for token in [&tokens.access, &tokens.refresh, &own.access, "nonsense", &format!("{}x", tokens.refresh)] {
        for client in [STANDARD_OTHER, STANDARD_PUBLIC] {
            let answer = revoke(&app, &client, token).await;
            assert_eq!((answer.status, answer.text()), (200, "{}"));
        }
    }
    assert_eq!((status(&app, &tokens.access).await, status(&app, &own.access).await), (200, 200));
    app.tokens(&STANDARD, &refresh(&tokens.refresh)).await;
}

/// An older refresh token of the grant still names it.
#[tokio::test]
async fn of_a_token_that_was_rotated_away() {
    let app = TestApp::new().await;
    let first = app.grant(&STANDARD, "read").await;
    let second = app.tokens(&STANDARD, &refresh(&first.refresh)).await;
    revoke(&app, &STANDARD, &first.refresh).await;
    assert_eq!(status(&app, &second.access).await, 401);
    assert_eq!(app.send(STANDARD.token(&refresh(&second.refresh))).await.status, 400);
}

#[tokio::test]
async fn refusals() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "read").await;
    let with = |fields: &[(&str, &str)]| Call::post("/standard/revoke").fields(fields);
    let token = ("token", tokens.refresh.as_str());
    for (call, expected) in [
        (with(&[token]), (401, "invalid_client")),
        (with(&[token]).basic(STANDARD.id, "wrong"), (401, "invalid_client")),
        (with(&[token, ("client_id", STANDARD.id)]), (401, "invalid_client")),
        (with(&[]).basic(STANDARD.id, STANDARD.secret), (400, "invalid_request")),
        (with(&[token, token]).basic(STANDARD.id, STANDARD.secret), (400, "invalid_request")),
        (with(&[token]).method("GET"), (405, "invalid_request")),
        (Call::post("/standard/revoke").body("token=x"), (400, "invalid_request")),
    ] {
        let answer = app.send(call).await;
        assert_eq!((answer.status, answer.json()["error"].as_str().unwrap()), expected);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(status(&app, &tokens.access).await, 200);
}
