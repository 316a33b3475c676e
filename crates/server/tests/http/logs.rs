//! A whole flow of every kind, with a mistake at each step: what is noted of them is watched by [`TestApp`], as of every test.

use crate::app::{
    BANDCAMP, Browser, CLIENT_CREDENTIALS, Call, Client, FAN, Listening, Overheard, SOUNDCHARTS, SPOTIFY,
    STANDARD, TestApp, refresh,
};

#[tokio::test]
async fn hold_no_secret() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    for client in [SPOTIFY, STANDARD] {
        by_a_person(&app, &server, &client).await;
    }
    by_itself(&app, &server).await;
    by_a_device(&app).await;
    app.server.store().close().await;
    // What fails is logged with its reason.
    server.send(&Client { id: "77", ..STANDARD }.token(&CLIENT_CREDENTIALS)).await;
    server.close().await;
    for line in ["store unavailable", "token request refused"] {
        assert!(Overheard::by_all().contains(line), "nothing was logged");
    }
}

/// Sign-in, consent, code, refresh, replay, with a mistake at each step.
async fn by_a_person(app: &TestApp, server: &Listening, client: &Client) {
    let mut browser = Browser::new(app);
    let page = browser.open(&client.authorize(&[("state", "a-state")])).await;
    browser.submit(&page, &[("email", FAN.0), ("password", "a-wrong-password")]).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.submit(&consent, &[("form_token", "9.stale")]).await;
    let code = browser.answer(&consent, "allow").await.query("code").unwrap();
    server.send(&Client { secret: "a-wrong-secret", ..*client }.token(&client.redeem(&code))).await;
    let first = server.send(&client.token(&client.redeem(&code))).await.tokens();
    let second = server.send(&client.token(&refresh(&first.refresh))).await.tokens();
    for tokens in [&first, &second] {
        server.send(&Call::get(&client.path("/profile")).bearer(&tokens.access)).await;
    }
    server.send(&client.token(&client.redeem(&code))).await;
    server.send(&client.token(&refresh(&second.refresh))).await;
    server.send(&Call::get(&client.path("/x")).bearer(&second.access)).await;
}

/// Client credentials and legacy keys, revocation and introspection.
async fn by_itself(app: &TestApp, server: &Listening) {
    for client in [BANDCAMP, SOUNDCHARTS, STANDARD] {
        let tokens = server.send(&client.token(&CLIENT_CREDENTIALS)).await.tokens();
        server.send(&client.token(&CLIENT_CREDENTIALS)).await;
        server.send(&Call::get(&client.path("/x")).bearer(&tokens.access)).await;
        for path in ["/standard/introspect", "/standard/revoke"] {
            server.send(&STANDARD.prove(Call::post(path), &[("token", &tokens.access)])).await;
        }
        app.clock.advance(3600);
        server.send(&Call::get(&client.path("/x")).bearer(&tokens.access)).await;
    }
    for id in ["chart-board", "nobody"] {
        server
            .send(&Call::get("/soundcharts/x").header("x-app-id", id).header("x-api-key", "the-old-key"))
            .await;
    }
}

async fn by_a_device(app: &TestApp) {
    let started = app.send(STANDARD.prove(Call::post("/standard/device_authorization"), &[])).await.json();
    let text = |name: &str| started[name].as_str().unwrap().to_owned();
    let (device_code, user_code) = (text("device_code"), text("user_code"));
    Overheard::by_all().secret("user_code", &user_code.replace('-', ""));
    let mut browser = Browser::new(app);
    let page = browser.open(&format!("/standard/device?user_code={user_code}")).await;
    let confirm = browser.sign_in(&page, FAN).await;
    browser.submit(&confirm, &[("answer", "allow")]).await;
    let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
    app.tokens(&STANDARD, &[grant, ("device_code", &device_code)]).await;
}
