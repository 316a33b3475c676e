//! A whole flow of every kind at level TRACE: nothing of what opens a door stands in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::app::{
    BANDCAMP, Browser, CLIENT_CREDENTIALS, Call, Client, FAN, Listening, SOUNDCHARTS, SPOTIFY, STANDARD,
    TestApp, VERIFIER, refresh,
};

/// All that was logged, by any thread and test: the subscriber is the process's.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn hold_no_secret() {
    let log = Log::default();
    tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(log.clone()).init();
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    let mut used =
        vec![VERIFIER.to_owned(), FAN.1.to_owned(), "a-wrong-password".into(), "the-old-key".into()];
    for client in [BANDCAMP, SPOTIFY, SOUNDCHARTS, STANDARD] {
        used.push(client.secret.to_owned());
        used.push(BASE64.encode(format!("{}:{}", client.id, client.secret)));
    }
    for client in [SPOTIFY, STANDARD] {
        by_a_person(&app, &server, &client, &mut used).await;
    }
    by_itself(&app, &server, &mut used).await;
    by_a_device(&app, &mut used).await;
    app.server.store().close().await;
    // What fails is logged with its reason.
    server.send(&Client { id: "77", ..STANDARD }.token(&CLIENT_CREDENTIALS)).await;
    server.close().await;

    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("store unavailable") && log.contains("token request refused"), "nothing was logged");
    for (at, secret) in used.iter().enumerate() {
        assert!(secret.len() >= 8, "secret {at} is none");
        assert!(!log.contains(secret.as_str()), "secret {at} of {} is in the log", used.len());
    }
}

/// Sign-in, consent, code, refresh, replay, with a mistake at each step.
async fn by_a_person(app: &TestApp, server: &Listening, client: &Client, used: &mut Vec<String>) {
    let mut browser = Browser::new(app);
    let page = browser.open(&client.authorize(&[("state", "a-state")])).await;
    browser.submit(&page, &[("email", FAN.0), ("password", "a-wrong-password")]).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.submit(&consent, &[("form_token", "9.stale")]).await;
    let code = browser.answer(&consent, "allow").await.query("code").unwrap();
    used.extend(browser.cookies.values().cloned());
    used.push(code.clone());
    server.send(&Client { secret: "a-wrong-secret", ..*client }.token(&client.redeem(&code))).await;
    used.push("a-wrong-secret".into());
    let first = server.send(&client.token(&client.redeem(&code))).await.tokens();
    let second = server.send(&client.token(&refresh(&first.refresh))).await.tokens();
    for tokens in [&first, &second] {
        server.send(&Call::get(&client.path("/profile")).bearer(&tokens.access)).await;
        used.extend([tokens.access.clone(), tokens.refresh.clone()]);
    }
    server.send(&client.token(&client.redeem(&code))).await;
    server.send(&client.token(&refresh(&second.refresh))).await;
    server.send(&Call::get(&client.path("/x")).bearer(&second.access)).await;
}

/// Client credentials and legacy keys, revocation and introspection.
async fn by_itself(app: &TestApp, server: &Listening, used: &mut Vec<String>) {
    for client in [BANDCAMP, SOUNDCHARTS, STANDARD] {
        let tokens = server.send(&client.token(&CLIENT_CREDENTIALS)).await.tokens();
        server.send(&client.token(&CLIENT_CREDENTIALS)).await;
        server.send(&Call::get(&client.path("/x")).bearer(&tokens.access)).await;
        for path in ["/standard/introspect", "/standard/revoke"] {
            server.send(&STANDARD.prove(Call::post(path), &[("token", &tokens.access)])).await;
        }
        app.clock.advance(3600);
        server.send(&Call::get(&client.path("/x")).bearer(&tokens.access)).await;
        used.extend([tokens.access, tokens.refresh].into_iter().filter(|token| !token.is_empty()));
    }
    for id in ["chart-board", "nobody"] {
        server
            .send(&Call::get("/soundcharts/x").header("x-app-id", id).header("x-api-key", "the-old-key"))
            .await;
    }
}

async fn by_a_device(app: &TestApp, used: &mut Vec<String>) {
    let started = app.send(STANDARD.prove(Call::post("/standard/device_authorization"), &[])).await.json();
    let text = |name: &str| started[name].as_str().unwrap().to_owned();
    let (device_code, user_code) = (text("device_code"), text("user_code"));
    let mut browser = Browser::new(app);
    let page = browser.open(&format!("/standard/device?user_code={user_code}")).await;
    let confirm = browser.sign_in(&page, FAN).await;
    browser.submit(&confirm, &[("answer", "allow")]).await;
    let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
    let tokens = app.tokens(&STANDARD, &[grant, ("device_code", &device_code)]).await;
    used.extend([device_code, user_code.replace('-', ""), user_code, tokens.access, tokens.refresh]);
    used.extend(browser.cookies.into_values());
}
