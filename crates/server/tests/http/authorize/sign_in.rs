//! The sign-in form: it tells nothing about who has an account, and cannot be tried for ever.

use std::net::IpAddr;

use crate::app::{Browser, CRITIC, FAN, SPOTIFY, STANDARD, TestApp};

/// Unknown e-mail and wrong password give the same page to the last byte.
#[tokio::test]
async fn enumeration() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let mut told = Vec::new();
    for (email, password) in [(FAN.0, "wrong"), ("nobody@example.com", "wrong"), (FAN.0, ""), ("x", FAN.1)] {
        let answer = browser.submit(&page, &[("email", email), ("password", password)]).await.answer;
        assert!(answer.text().contains("Email or password is wrong"), "{}", answer.shown());
        let html = answer.text().replace(&format!("value=\"{email}\""), "");
        told.push((answer.status, answer.headers, html));
    }
    assert!(told.iter().all(|page| *page == told[0]), "the pages differ");
    assert_eq!(browser.cookies.len(), 1, "a visit, no session");
}

#[tokio::test]
async fn email_in_any_case_password_exact() {
    let app = TestApp::new().await;
    for (email, password, status) in [
        ("FAN@Example.com", "opening-night", 303),
        (FAN.0, "Opening-night", 200),
        (FAN.0, "opening-night ", 200),
        (FAN.0, "closing-night", 200),
    ] {
        let mut browser = Browser::new(&app);
        let page = browser.open(&SPOTIFY.authorize(&[])).await;
        let sent = browser.submit(&page, &[("email", email), ("password", password)]).await;
        assert_eq!(sent.answer.status, status, "{email}");
    }
}

/// Thirty tries at once from one address and for one e-mail, over all APIs: accounts are theirs together.
#[tokio::test]
async fn throttling() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let pages = [browser.open(&SPOTIFY.authorize(&[])).await, browser.open(&STANDARD.authorize(&[])).await];
    for at in 0..30 {
        let wrong = browser.submit(&pages[at % 2], &[("email", FAN.0), ("password", "guess")]).await;
        assert_eq!(wrong.answer.status, 200);
    }
    let [here, elsewhere] = [1, 2].map(|last| IpAddr::from([127, 0, 0, last]));
    let attempt = async |address, (email, password): (&str, &str)| {
        let form = pages[0].form(&[("email", email), ("password", password)]);
        let cookies = browser.cookie_header("/spotify/authorize");
        let answer = app.send_from(address, form.header("cookie", cookies)).await;
        (answer.status, answer.header("retry-after").to_owned())
    };
    // Even the right one is not looked at: an e-mail recovers in six seconds, an address in two.
    assert_eq!(attempt(here, FAN).await, (429, "6".into()));
    assert_eq!(attempt(here, CRITIC).await, (429, "2".into()));
    assert_eq!(attempt(elsewhere, (&FAN.0.to_uppercase(), FAN.1)).await, (429, "6".into()));
    // Nobody else suffers.
    assert_eq!(attempt(elsewhere, CRITIC).await, (303, String::new()));
    app.clock.advance(6);
    assert_eq!(attempt(elsewhere, FAN).await, (303, String::new()));
    assert_eq!(attempt(here, CRITIC).await, (303, String::new()));
}
