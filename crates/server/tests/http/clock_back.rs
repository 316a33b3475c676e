//! The machine's clock is set back by half a minute while the server runs.

use stagedoor_store::Over;

use crate::app::{
    Browser, CLIENT_CREDENTIALS, Call, Client, FAN, SOUNDCHARTS, SPOTIFY, STANDARD, TestApp, refresh,
};

async fn status(app: &TestApp, client: &Client, token: &str) -> u16 {
    app.send(Call::get(&client.path("/x")).bearer(token)).await.status
}

/// A token issued a moment ago is not from the future, and what came before it goes on where it was.
#[tokio::test]
async fn what_was_issued_goes_on() {
    let app = TestApp::new().await;
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let tokens = app.grant(&STANDARD, "read").await;
    let code = app.code(&SPOTIFY, "").await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    browser.sign_in(&page, FAN).await;

    app.clock.step_machine(-30);
    for token in [&own.access, &tokens.access] {
        assert_eq!(status(&app, &STANDARD, token).await, 200);
    }
    let next = app.tokens(&STANDARD, &refresh(&tokens.refresh)).await;
    assert_eq!(status(&app, &STANDARD, &next.access).await, 200);
    app.tokens(&SPOTIFY, &SPOTIFY.redeem(&code)).await;
    assert!(!browser.open(&SPOTIFY.authorize(&[])).await.shows("Password"), "the session lives");
    let fresh = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;

    // Half a minute later the machine shows again what it showed.
    app.clock.step_machine(30);
    for token in [&own.access, &next.access, &fresh.access] {
        assert_eq!(status(&app, &STANDARD, token).await, 200);
    }
}

/// What is served again stays the same bytes, and its remaining time does not grow.
#[tokio::test]
async fn served_again() {
    let app = TestApp::new().await;
    // Just behind the beginning of a window: by the machine the one before it begins anew.
    let ask = async || {
        let answer = app.send(SOUNDCHARTS.token(&CLIENT_CREDENTIALS)).await;
        let (token, left) = (answer.tokens().access, answer.json()["expires_in"].as_i64().unwrap());
        (token, left)
    };
    let (before, left) = ask().await;
    app.clock.step_machine(-30);
    let (after, left_after) = ask().await;
    assert!(before == after && left_after <= left, "{left} {left_after}");
    assert_eq!(status(&app, &SOUNDCHARTS, &after).await, 200);
}

/// What has ended stays so, and nothing is cleaned too early or twice.
#[tokio::test]
async fn what_has_ended_does_not_come_back() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "read").await;
    let revoke = STANDARD.prove(Call::post("/standard/revoke"), &[("token", &tokens.refresh)]);
    assert_eq!(app.send(revoke).await.status, 200);
    let expired = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    app.clock.step_machine(3600);
    assert_eq!(status(&app, &STANDARD, &expired.access).await, 401);

    app.clock.step_machine(-30);
    assert_eq!(status(&app, &STANDARD, &expired.access).await, 401, "an hour has passed");
    assert_eq!(status(&app, &STANDARD, &tokens.access).await, 401);
    app.send(STANDARD.token(&refresh(&tokens.refresh))).await.json()["error"].as_str().unwrap();
    let over = || Over { now: app.clock.now(), grants: Vec::new() };
    let store = app.server.store();
    while store.clean(over(), 100).await.unwrap().more {}
    assert_eq!(status(&app, &STANDARD, &tokens.access).await, 401);
}

/// Allowances are given back meanwhile too, and nobody is locked out.
#[tokio::test]
async fn limits() {
    let app = TestApp::new().await;
    let until_limited = async || {
        for at in 0..5_000 {
            if app.send(STANDARD.token(&CLIENT_CREDENTIALS)).await.status == 429 {
                return at;
            }
        }
        panic!("there is no limit");
    };
    until_limited().await;
    app.clock.step_machine(-30);
    assert_eq!(app.send(STANDARD.token(&CLIENT_CREDENTIALS)).await.status, 429);
    app.clock.step_machine(4);
    assert!(until_limited().await > 0, "time goes on, if slower");
}
