//! Where the person is sent, and with what.

use crate::app::{ADS, Answer, Browser, Client, FAN, SPOTIFY, STANDARD, STANDARD_PUBLIC, TestApp};

/// Goes through sign-in and presses a button.
async fn walk(app: &TestApp, address: &str, button: &str) -> Answer {
    let mut browser = Browser::new(app);
    let page = browser.open(address).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.answer(&consent, button).await
}

#[tokio::test]
async fn allowed_and_cancelled() {
    let app = TestApp::new().await;
    for (client, has_issuer) in [(SPOTIFY, false), (ADS, false), (STANDARD, true), (STANDARD_PUBLIC, true)] {
        let issuer = has_issuer.then(|| "http://127.0.0.1:8080/standard".to_owned());
        // A press of a button is answered with 303: what was pressed is not sent on (RFC 9700 §4.12).
        let cancelled = walk(&app, &client.authorize(&[("state", "s")]), "cancel").await;
        assert_eq!(cancelled.status, 303, "{}", cancelled.shown());
        assert!(
            cancelled.header("location").starts_with(&format!("{}?", client.redirect_uri)),
            "{}",
            client.api
        );
        let told = ["error", "state", "code"].map(|name| cancelled.query(name).unwrap_or_default());
        assert_eq!(
            (told, cancelled.query("iss")),
            (["access_denied".into(), "s".into(), "".into()], issuer.clone())
        );

        let allowed = walk(&app, &client.authorize(&[]), "allow").await;
        assert_eq!(allowed.status, 303, "{}", allowed.shown());
        assert!(
            allowed.header("location").starts_with(&format!("{}?code=", client.redirect_uri)),
            "{}",
            client.api
        );
        // What was not sent is not answered.
        assert_eq!(
            (allowed.query("state"), allowed.query("error"), allowed.query("iss")),
            (None, None, issuer)
        );
    }
}

#[tokio::test]
async fn state_is_returned_unchanged() {
    let app = TestApp::new().await;
    let long = "x".repeat(2000);
    for state in [
        "plain",
        " a  b ",
        "a+b%20c",
        "&state=2&code=stolen#x",
        "\"quoted\" 'single' <b>",
        "åäö 音楽 🎵",
        "../..//?;,:@=",
        "null",
        &long,
    ] {
        let answer =
            walk(&app, &SPOTIFY.authorize(&[("state", state), ("show_dialog", "true")]), "allow").await;
        assert_eq!(answer.query("state").as_deref(), Some(state));
        let (_, query) = answer.header("location").split_once('?').unwrap();
        let names: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
        assert_eq!(names, ["code", "state"]);
    }
}

/// A redirect URI with a query of its own keeps it.
#[tokio::test]
async fn a_query_is_added_to() {
    let app = TestApp::new().await;
    let other = Client { redirect_uri: "https://reader.example/other?kept=1", ..STANDARD };
    let answer = walk(&app, &other.authorize(&[]), "allow").await;
    assert!(answer.header("location").starts_with("https://reader.example/other?kept=1&code="));
    let code = answer.query("code").unwrap();
    app.tokens(&other, &other.redeem(&code)).await;
}

/// Scopes are shown in words; those a dialect drops are not asked for.
#[tokio::test]
async fn what_is_asked_is_said() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[("scope", "user-read-email streaming")])).await;
    assert!(page.shows("Setlist asks for access to your account") || page.shows("</bdi> asks for access"));
    let consent = browser.sign_in(&page, FAN).await;
    for text in [
        "Setlist",
        "Night Ferry Records",
        "not reviewed yet",
        "See your e-mail address",
        "user-read-email",
        "Play music on your devices",
        "fan@example.com",
        "setlist.example",
    ] {
        assert!(consent.shows(text), "{text}");
    }
    let ads = browser.open(&ADS.authorize(&[("scope", "streaming")])).await;
    assert!(ads.shows("Campaigns") && !ads.shows("not reviewed yet") && !ads.shows("streaming</span>"));
}
