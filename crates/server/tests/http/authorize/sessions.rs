//! Signed-in browsers: what their cookies are worth and when they end.

use crate::app::{Browser, FAN, SPOTIFY, STANDARD, TestApp};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::people;

const SESSION: &str = "stagedoor_session";
const VISIT: &str = "stagedoor_visit";

/// Where a loopback server's cookie of the session is kept.
fn session() -> (String, String) {
    ("/spotify".into(), SESSION.into())
}

/// RFC 6819 §4.4.1.13: a session planted before the sign-in is worth nothing after it.
#[tokio::test]
async fn fixation() {
    let app = TestApp::new().await;
    // Someone's real session, ended; and a made-up one of the right form.
    let mut attacker = Browser::new(&app);
    let page = attacker.open(&SPOTIFY.authorize(&[])).await;
    let consent = attacker.sign_in(&page, FAN).await;
    let ended = attacker.cookies[&session()].clone();
    attacker.answer(&consent, "sign_out").await;
    for planted in [ended, "A".repeat(32), "not one".into()] {
        let mut browser = Browser::new(&app);
        browser.cookies.insert(session(), planted.clone());
        let page = browser.open(&SPOTIFY.authorize(&[])).await;
        assert!(page.shows("Password"), "a planted cookie signs nobody in");
        browser.sign_in(&page, FAN).await;
        assert!(browser.cookies[&session()] != planted, "the session is new");
        attacker.cookies.insert(session(), planted);
        assert!(attacker.open(&SPOTIFY.authorize(&[])).await.shows("Password"));
    }
}

/// Each sign-in has a session of its own; signing out ends that one alone.
#[tokio::test]
async fn of_two_browsers() {
    let app = TestApp::new().await;
    let (mut one, mut two) = (Browser::new(&app), Browser::new(&app));
    let page = one.open(&SPOTIFY.authorize(&[])).await;
    let consent = one.sign_in(&page, FAN).await;
    let page = two.open(&SPOTIFY.authorize(&[])).await;
    two.sign_in(&page, FAN).await;
    assert!(one.cookies[&session()] != two.cookies[&session()]);

    let kept = one.cookies[&session()].clone();
    one.answer(&consent, "sign_out").await;
    assert!(!one.cookies.contains_key(&session()), "the cookie is taken back");
    one.cookies.insert(session(), kept);
    assert!(one.open(&SPOTIFY.authorize(&[])).await.shows("Password"), "and worth nothing");
    assert!(two.open(&SPOTIFY.authorize(&[])).await.shows("wants to use your account"));
}

#[tokio::test]
async fn end_after_twelve_hours_and_with_the_persons_access() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    browser.sign_in(&page, FAN).await;
    app.clock.advance(12 * 3600 - 10);
    assert!(browser.open(&SPOTIFY.authorize(&[])).await.shows("wants to use your account"));
    app.clock.advance(10);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    assert!(page.shows("Password"));

    browser.sign_in(&page, FAN).await;
    app.commit(people::end_everywhere(AccountId(7001), "test", app.clock.now())).await;
    assert!(browser.open(&SPOTIFY.authorize(&[])).await.shows("Password"));
}

/// On https the cookie cannot be set by a neighbouring host or over http, and one sign-in is for all APIs of the host. On
/// loopback browsers refuse that prefix, and other servers get what is not bound to a path.
#[tokio::test]
async fn cookie_flags() {
    let cases = [
        ("http://127.0.0.1:8080", "", "; Path=/spotify; HttpOnly; SameSite=Lax", false),
        ("https://api.label.example", "__Host-", "; Path=/; Secure; HttpOnly; SameSite=Lax", true),
    ];
    for (origin, prefix, flags, for_all) in cases {
        let app = TestApp::setup().origin(origin).start().await;
        let mut browser = Browser::new(&app);
        let page = browser.open(&SPOTIFY.authorize(&[])).await;
        let visit = page.answer.header("set-cookie").to_owned();
        let sent = browser.submit(&page, &[("email", FAN.0), ("password", FAN.1)]).await;
        let session = sent.answer.header("set-cookie").to_owned();
        for (set, name, age) in [(&visit, VISIT, ""), (&session, SESSION, "; Max-Age=43200")] {
            let (own, rest) = set.split_once('=').unwrap();
            assert_eq!(own, format!("{prefix}{name}"));
            let (value, rules) = rest.split_at(rest.find(';').unwrap());
            assert!(value.len() >= 32, "it holds 128 random bits");
            assert_eq!(rules, format!("{flags}{age}"));
        }
        // The visit is kept, not handed out anew with every page.
        let again = browser.open(&SPOTIFY.authorize(&[])).await;
        assert_eq!(again.answer.header("set-cookie"), "");
        let other = browser.open(&STANDARD.authorize(&[])).await;
        assert_eq!(other.shows("wants to use your account"), for_all, "{origin}");
        let out = browser.answer(&again, "sign_out").await;
        assert_eq!(out.header("set-cookie"), format!("{prefix}{SESSION}={flags}; Max-Age=0"));
    }
}
