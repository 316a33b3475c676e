//! The sign-in form: it tells nothing about who has an account, and cannot be tried for ever.

use std::net::IpAddr;
use std::sync::Arc;

use crate::app::{Browser, CRITIC, FAN, SPOTIFY, STANDARD, TestApp};
use crate::races::{at_once, count};

/// Unknown e-mail and wrong password give the same page to the last byte.
#[tokio::test]
async fn enumeration() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let mut told = Vec::new();
    for (email, password) in [(FAN.0, "wrong"), ("nobody@example.com", "wrong"), (FAN.0, ""), ("x", FAN.1)] {
        let mut answer = browser.submit(&page, &[("email", email), ("password", password)]).await.answer;
        assert!(answer.headers.remove("x-request-id").is_some());
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

/// Who guesses at a person's password keeps out no one but themselves.
#[tokio::test]
async fn throttling() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let pages = [browser.open(&SPOTIFY.authorize(&[])).await, browser.open(&STANDARD.authorize(&[])).await];
    // Over all APIs: accounts are theirs together.
    for at in 0..10 {
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
    // Even the right one is not looked at, nor is whether there is such a person.
    assert_eq!(attempt(here, (&FAN.0.to_uppercase(), FAN.1)).await, (429, "60".into()));
    assert_eq!(attempt(here, CRITIC).await, (303, String::new()), "someone else");
    // What the address's own limit refuses is counted for nobody else.
    for _ in 0..200 {
        attempt(here, FAN).await;
    }
    assert_eq!(attempt(here, CRITIC).await, (429, "2".into()));
    assert_eq!(attempt(elsewhere, FAN).await, (303, String::new()));
    app.clock.advance(60);
    assert_eq!(attempt(here, FAN).await, (303, String::new()));
}

/// A browser that the person signed in with before is let in from wherever others guess.
#[tokio::test]
async fn a_known_browser_is_not_kept_out() {
    let app = TestApp::new().await;
    let mut guesser = Browser::new(&app);
    let page = guesser.open(&SPOTIFY.authorize(&[])).await;
    let known = ("/spotify".to_owned(), "stagedoor_known".to_owned());
    // From this address, and with the browsers of these people.
    let mut fans = [FAN, CRITIC].map(|person| (Browser::new(&app), person));
    for (browser, person) in &mut fans {
        let page = browser.open(&SPOTIFY.authorize(&[])).await;
        let consent = browser.sign_in(&page, *person).await;
        browser.answer(&consent, "sign_out").await;
        assert!(browser.cookies.contains_key(&known));
    }
    for _ in 0..10 {
        guesser.submit(&page, &[("email", FAN.0), ("password", "guess")]).await;
    }
    let [(fans, _), (critics, _)] = &mut fans;
    let mine = fans.cookies[&known].clone();
    let sign_in = async |browser: &mut Browser<'_>, cookie: &str| {
        browser.cookies.insert(known.clone(), cookie.to_owned());
        let page = browser.open(&SPOTIFY.authorize(&[])).await;
        browser.submit(&page, &[("email", FAN.0), ("password", FAN.1)]).await.answer.status
    };
    assert_eq!(sign_in(fans, &mine).await, 303);
    let others = critics.cookies[&known].clone();
    let (key, tag) = mine.split_once('.').unwrap();
    let changed = format!("{key}.{}", tag.chars().rev().collect::<String>());
    for worthless in [others.as_str(), &changed, "", "5.", "5.00"] {
        assert_eq!(sign_in(critics, worthless).await, 429, "{worthless}");
    }
    assert!(!mine.contains("fan"), "it names no one");
}

/// Nobody waits behind a crowd: who finds too many waiting is told to come again. An unknown e-mail costs a whole hash, which
/// takes far longer than all else here.
#[tokio::test]
async fn a_crowd() {
    let app = Arc::new(TestApp::setup().unlimited().start().await);
    let page = Browser::new(&app).open(&SPOTIFY.authorize(&[])).await;
    let visit = page.answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let form = page.form(&[("email", "nobody@example.org"), ("password", "guess")]).header("cookie", visit);
    let answers = at_once(&app, std::iter::repeat_n(form, 60)).await;
    let turned_away = count(&answers, 503, 200);
    assert!((1..=38).contains(&turned_away), "{turned_away}: twenty-two have a place");
    for answer in answers.iter().filter(|answer| answer.status == 503) {
        assert_eq!(answer.header("retry-after"), "2");
        assert!(answer.text().contains("Try again in a moment"), "{}", answer.shown());
    }
}
