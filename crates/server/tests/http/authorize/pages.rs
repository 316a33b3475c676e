//! The headers that protect every page and redirect.

use std::io::Read;

use crate::app::{Answer, Browser, Call, FAN, SPOTIFY, STANDARD, STANDARD_PUBLIC, TestApp};

fn check(what: &str, answer: &Answer, form_targets: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {form_targets}; frame-ancestors 'none'; base-uri 'none'"
    );
    let expected = [
        ("content-security-policy", policy.as_str()),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(
        !answer.headers.contains_key("access-control-allow-origin"),
        "{what}: no other origin reads pages"
    );
}

#[tokio::test]
async fn stand_on_every_one() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let setlist = "https://setlist.example";
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    check("sign-in", &page.answer, setlist);
    let wrong = browser.submit(&page, &[("email", "x"), ("password", "y")]).await;
    check("wrong password", &wrong.answer, setlist);
    let sent = browser.submit(&page, &[("email", FAN.0), ("password", FAN.1)]).await;
    check("signed in", &sent.answer, "");
    let consent = browser.open(sent.answer.header("location")).await;
    check("consent", &consent.answer, setlist);
    let stale = browser.submit(&consent, &[("answer", "allow"), ("form_token", "")]).await;
    check("stale consent", &stale.answer, setlist);
    check("allowed", &browser.answer(&consent, "allow").await, "");
    check("cancelled", &browser.answer(&consent, "cancel").await, "");
    check("remembered", &browser.open(&SPOTIFY.authorize(&[])).await.answer, "");
    check("signed out", &browser.answer(&consent, "sign_out").await, "");

    check("problem", &app.send(Call::get("/spotify/authorize")).await, "");
    check("redirected problem", &app.send(Call::get(&STANDARD.authorize(&[("scope", "x")]))).await, "");
    check("method", &app.send(Call::new("PUT", "/spotify/authorize")).await, "");
    check("cross-site", &app.send(Call::post("/spotify/authorize").header("origin", "null")).await, "");
    check("device", &app.send(Call::get("/standard/device")).await, "");
    check("device cross-site", &app.send(Call::post("/standard/device").header("origin", "null")).await, "");
    app.server.store().close().await;
    check("outage", &app.send(Call::get(&STANDARD.authorize(&[("client_id", "x")]))).await, "");
}

/// Browsers hold a form's redirects to `form-action` too (CSP Level 3 §6.4.3.1).
#[tokio::test]
async fn form_action_admits_where_the_form_ends() {
    let app = TestApp::new().await;
    let cases = [
        (SPOTIFY, "http://127.0.0.1:49152/callback", "http://127.0.0.1:49152"),
        (SPOTIFY, "setlist://callback", "setlist:"),
        (STANDARD_PUBLIC, STANDARD_PUBLIC.redirect_uri, "reader:"),
        (STANDARD, STANDARD.redirect_uri, "https://reader.example"),
    ];
    for (client, redirect_uri, source) in cases {
        let mut browser = Browser::new(&app);
        let page = browser.open(&client.authorize(&[("redirect_uri", redirect_uri)])).await;
        check("sign-in", &page.answer, source);
        let consent = browser.sign_in(&page, FAN).await;
        check("consent", &consent.answer, source);
    }
}

/// The one stylesheet is where the pages say, and may be kept for good.
#[tokio::test]
async fn stylesheet() {
    let app = TestApp::new().await;
    let page = Browser::new(&app).open(&SPOTIFY.authorize(&[])).await;
    let (_, rest) = page.html().split_once("rel=\"stylesheet\" href=\"").unwrap();
    let path = rest.split_once('"').unwrap().0;
    let style = app.send(Call::get(path)).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(app.send(Call::get("/_stagedoor/style-0.css")).await.status, 404);
    let accepting =
        async |encodings: &str| app.send(Call::get(path).header("accept-encoding", encodings)).await;
    let small = accepting("br, gzip").await;
    assert_eq!((small.header("content-encoding"), small.header("vary")), ("gzip", "Accept-Encoding"));
    let mut read = String::new();
    flate2::read::GzDecoder::new(&*small.body).read_to_string(&mut read).unwrap();
    assert!(read == style.text() && small.body.len() * 3 < read.len());
    for encodings in ["", "br", "gzip;q=0"] {
        assert_eq!(accepting(encodings).await.header("content-encoding"), "", "{encodings}");
    }
}
