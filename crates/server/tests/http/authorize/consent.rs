//! Whose earlier consent stands in for asking again.

use crate::app::{
    ADS, Browser, CHALLENGE, CRITIC, FAN, SPOTIFY, SPOTIFY_PUBLIC, STANDARD, STANDARD_PUBLIC, TestApp,
};

#[tokio::test]
async fn is_remembered() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let narrow = SPOTIFY.authorize(&[("scope", "streaming")]);
    let page = browser.open(&narrow).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.answer(&consent, "allow").await;

    // The same and less go through at once.
    for scope in ["streaming", ""] {
        let again = browser.open(&SPOTIFY.authorize(&[("scope", scope), ("state", "s")])).await;
        assert_eq!(again.answer.status, 302, "{}", again.answer.shown());
        assert!(again.answer.query("code").is_some() && again.answer.query("state").as_deref() == Some("s"));
    }
    // More is asked for, and from then on both are remembered together.
    let wider = browser.open(&SPOTIFY.authorize(&[("scope", "user-top-read")])).await;
    assert_eq!(wider.answer.status, 200);
    browser.answer(&wider, "allow").await;
    let both = browser.open(&SPOTIFY.authorize(&[("scope", "user-top-read streaming")])).await;
    assert_eq!(both.answer.status, 302);
    // Another app asks for itself.
    assert_eq!(browser.open(&SPOTIFY_PUBLIC.authorize(&[("scope", "streaming")])).await.answer.status, 200);
    // Another person too.
    let mut other = Browser::new(&app);
    let page = other.open(&narrow).await;
    assert_eq!(other.sign_in(&page, CRITIC).await.answer.status, 200);
}

#[tokio::test]
async fn is_asked_again_when_the_app_wants_it() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.answer(&consent, "allow").await;
    for (value, status) in
        [("true", 200), ("True", 200), ("TRUE", 200), ("false", 302), ("False", 302), ("1", 302)]
    {
        let page = browser.open(&SPOTIFY.authorize(&[("show_dialog", value)])).await;
        assert_eq!(page.answer.status, status, "{value}");
    }
}

/// Cancelling is no consent, and takes back none.
#[tokio::test]
async fn cancelling_changes_nothing() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.answer(&consent, "cancel").await;
    let again = browser.open(&SPOTIFY.authorize(&[])).await;
    assert_eq!(again.answer.status, 200);
    browser.answer(&again, "allow").await;
    let shown = browser.open(&SPOTIFY.authorize(&[("show_dialog", "true")])).await;
    browser.answer(&shown, "cancel").await;
    assert_eq!(browser.open(&SPOTIFY.authorize(&[])).await.answer.status, 302);
}

/// RFC 8252 §8.6: a public app can be impersonated, so where the dialect follows it each time is asked.
#[tokio::test]
async fn of_public_apps() {
    let app = TestApp::new().await;
    for (client, status) in [(STANDARD, 302), (STANDARD_PUBLIC, 200), (SPOTIFY_PUBLIC, 302)] {
        let mut browser = Browser::new(&app);
        let page = browser.open(&client.authorize(&[])).await;
        let consent = browser.sign_in(&page, FAN).await;
        browser.answer(&consent, "allow").await;
        let again = browser.open(&client.authorize(&[])).await;
        assert_eq!(again.answer.status, status, "{} {}", client.api, client.id);
    }
}

/// Nor where any program of the machine could receive the code and redeem it: without a secret, at any port or an app's own
/// scheme.
#[tokio::test]
async fn at_addresses_that_anyone_may_have() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.answer(&consent, "allow").await;
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    for (redirect_uri, challenge, status) in [
        ("https://setlist.example/callback", &pkce[..], 302),
        ("http://127.0.0.1:49152/callback", &[], 302),
        ("http://127.0.0.1:49152/callback", &pkce, 200),
        ("setlist://callback", &[], 302),
        ("setlist://callback", &pkce, 200),
    ] {
        let more = [&[("redirect_uri", redirect_uri)], challenge].concat();
        let page = browser.open(&SPOTIFY.authorize(&more)).await;
        assert_eq!(page.answer.status, status, "{redirect_uri} {challenge:?}");
    }
}

/// The page says what the app may do without any scope, and promises nothing where that is not known.
#[tokio::test]
async fn tells_what_needs_no_scope() {
    const ALL: &str = "or do anything not listed here";
    let app = TestApp::new().await;
    for (client, scope, words, promised) in [
        (ADS, "streaming", "ad accounts, their people and addresses", true),
        (SPOTIFY, "", "See your public profile", true),
        (SPOTIFY, "user-top-read", "See your public profile", true),
        (STANDARD, "", "Use this API in your name", false),
        (STANDARD, "read", "Read your catalogue", false),
    ] {
        let mut browser = Browser::new(&app);
        let page = browser.open(&client.authorize(&[("scope", scope)])).await;
        let consent = browser.sign_in(&page, FAN).await;
        let case = format!("{} {scope:?}", client.api);
        assert!(consent.shows(words), "{case}: {}", consent.html());
        assert_eq!(consent.shows(ALL), promised, "{case}");
        assert!(!consent.shows("Nothing more"), "{case}");
    }
}
