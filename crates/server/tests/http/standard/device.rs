//! The device grant (RFC 8628) as the device sees it.

use serde_json::Value;

use crate::app::{
    Answer, Browser, CRITIC, Call, Client, FAN, STANDARD, STANDARD_OTHER, STANDARD_PUBLIC, TestApp, refresh,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(super) async fn start(app: &TestApp, client: &Client, scope: &str) -> Value {
    let call = client.prove(Call::post("/standard/device_authorization"), &[("scope", scope)]);
    let answer = app.send(call).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.shown());
    answer.json()
}

pub(super) async fn poll(app: &TestApp, client: &Client, started: &Value) -> Answer {
    let code = started["device_code"].as_str().unwrap();
    app.send(client.token(&[("grant_type", GRANT), ("device_code", code)])).await
}

/// Polls after a pause that is long enough.
async fn told(app: &TestApp, client: &Client, started: &Value) -> String {
    app.clock.advance(30);
    let answer = poll(app, client, started).await;
    assert_eq!(answer.status, 400, "{}", answer.shown());
    answer.json()["error"].as_str().unwrap().to_owned()
}

/// The person opens the complete address, signs in and presses a button.
pub(super) async fn answer(app: &TestApp, person: (&str, &str), started: &Value, button: &str) -> bool {
    let address = started["verification_uri_complete"].as_str().unwrap();
    let path = address.strip_prefix(&app.origin).unwrap();
    let mut browser = Browser::new(app);
    let page = browser.open(path).await;
    let confirm = browser.sign_in(&page, person).await;
    browser.submit(&confirm, &[("answer", button)]).await.shows("Your device is connected")
}

#[tokio::test]
async fn from_start_to_token() {
    let app = TestApp::new().await;
    for client in [STANDARD, STANDARD_PUBLIC] {
        let started = start(&app, &client, "read profile").await;
        let members: Vec<_> = started.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            members,
            [
                "device_code",
                "user_code",
                "verification_uri",
                "verification_uri_complete",
                "expires_in",
                "interval"
            ]
        );
        let code = started["user_code"].as_str().unwrap();
        assert_eq!(started["verification_uri"], "http://127.0.0.1:8080/standard/device");
        let complete = format!("http://127.0.0.1:8080/standard/device?user_code={code}");
        assert_eq!(started["verification_uri_complete"], complete.as_str());
        assert_eq!((&started["expires_in"], &started["interval"]), (&900.into(), &5.into()));

        assert_eq!(told(&app, &client, &started).await, "authorization_pending");
        assert!(answer(&app, FAN, &started, "allow").await);
        app.clock.advance(5);
        let tokens = poll(&app, &client, &started).await;
        assert_eq!((tokens.status, tokens.json()["scope"].as_str()), (200, Some("read profile")));
        let tokens = tokens.tokens();
        assert_eq!(app.send(Call::get("/standard/profile").bearer(&tokens.access)).await.status, 200);
        app.tokens(&client, &refresh(&tokens.refresh)).await;

        // It is good once; a second use ends what the first one started.
        assert_eq!(told(&app, &client, &started).await, "invalid_grant");
        assert_eq!(app.send(Call::get("/standard/profile").bearer(&tokens.access)).await.status, 401);
    }
}

/// Its consent is the person's, as at the authorization endpoint.
#[tokio::test]
async fn whoever_allows_it() {
    let app = TestApp::new().await;
    let started = start(&app, &STANDARD, "read").await;
    assert!(answer(&app, CRITIC, &started, "allow").await);
    let tokens = poll(&app, &STANDARD, &started).await.tokens();
    let upstream = app.send(Call::get("/standard/x").bearer(&tokens.access)).await.json();
    assert_eq!(upstream["headers"]["x-stagedoor-account"], "7002");
}

#[tokio::test]
async fn denied_expired_and_unknown() {
    let app = TestApp::new().await;
    let denied = start(&app, &STANDARD, "").await;
    assert!(!answer(&app, FAN, &denied, "cancel").await);
    assert_eq!(told(&app, &STANDARD, &denied).await, "access_denied");

    let late = start(&app, &STANDARD, "").await;
    let allowed_late = start(&app, &STANDARD, "").await;
    answer(&app, FAN, &allowed_late, "allow").await;
    app.clock.advance(900);
    assert_eq!(told(&app, &STANDARD, &late).await, "expired_token");
    assert_eq!(told(&app, &STANDARD, &allowed_late).await, "expired_token");

    let pending = start(&app, &STANDARD, "").await;
    assert_eq!(told(&app, &STANDARD_OTHER, &pending).await, "invalid_grant", "another client's");
    let words = poll(&app, &STANDARD_OTHER, &pending).await.json()["error_description"].clone();
    assert_eq!(words, "The device code is unknown, or another client's");
    let made_up = serde_json::json!({"device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"});
    assert_eq!(told(&app, &STANDARD, &made_up).await, "invalid_grant");
    let unproven = poll(&app, &Client { secret: "", ..STANDARD }, &pending).await;
    assert_eq!(unproven.status, 401, "a confidential client proves itself here too");
    // None of that touched it.
    assert_eq!(told(&app, &STANDARD, &pending).await, "authorization_pending");
}

/// §3.5: who asks again too soon waits five seconds longer from then on.
#[tokio::test]
async fn slow_down() {
    let app = TestApp::new().await;
    let started = start(&app, &STANDARD, "").await;
    let mut heard = Vec::new();
    for seconds in [0, 5, 4, 9, 14, 20, 20] {
        app.clock.advance(seconds);
        heard.push(poll(&app, &STANDARD, &started).await.json()["error"].as_str().unwrap().to_owned());
    }
    let pending = "authorization_pending";
    assert_eq!(heard, [pending, pending, "slow_down", "slow_down", "slow_down", pending, pending]);
    // A person who has answered is heard at once.
    answer(&app, FAN, &started, "allow").await;
    assert_eq!(poll(&app, &STANDARD, &started).await.status, 200);
}

#[tokio::test]
async fn refusals() {
    let app = TestApp::new().await;
    let with = |fields: &[(&str, &str)]| Call::post("/standard/device_authorization").fields(fields);
    for (call, expected) in [
        (with(&[]), (401, "invalid_client")),
        (with(&[("client_id", STANDARD.id)]), (401, "invalid_client")),
        (with(&[]).basic(STANDARD.id, "wrong"), (401, "invalid_client")),
        (with(&[("scope", "everything")]).basic(STANDARD.id, STANDARD.secret), (400, "invalid_scope")),
        (with(&[("scope", "\"")]).basic(STANDARD.id, STANDARD.secret), (400, "invalid_scope")),
        (with(&[]).method("GET"), (405, "invalid_request")),
    ] {
        let answer = app.send(call).await;
        assert_eq!((answer.status, answer.json()["error"].as_str().unwrap()), expected);
    }
}
