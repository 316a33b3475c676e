//! The device grant (RFC 8628 §3.3) as the person sees it.

use serde_json::json;

use super::device::{poll, start};
use crate::admin::Administrator;
use crate::app::{Browser, CRITIC, FAN, Page, STANDARD, TestApp};

/// A browser that is signed in, on the page that asks for the code.
async fn signed_in<'a>(app: &'a TestApp, person: (&str, &str)) -> (Browser<'a>, Page) {
    let mut browser = Browser::new(app);
    let page = browser.open("/standard/device").await;
    let page = browser.sign_in(&page, person).await;
    assert!(page.shows("Type the code that your device shows"));
    (browser, page)
}

/// However it is typed, and shown before anything is decided (§5.4).
#[tokio::test]
async fn the_code_is_typed() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, FAN).await;
    let started = start(&app, &STANDARD, "read").await;
    let code = started["user_code"].as_str().unwrap();
    for typed in [
        code.to_owned(),
        code.to_lowercase(),
        code.replace('-', ""),
        format!("  {} ", code.replace('-', " - ")),
    ] {
        let confirm = browser.submit(&page, &[("user_code", &typed)]).await;
        for text in [
            "Catalogue reader",
            "Night Ferry Records",
            "Read your catalogue",
            "Does your device show this code",
        ] {
            assert!(confirm.shows(text), "{text} after {typed}");
        }
    }
}

#[tokio::test]
async fn a_code_that_is_none() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, FAN).await;
    let started = start(&app, &STANDARD, "").await;
    let none = "No device waits for this code";
    for typed in ["", "BCDF-GHJK", "<script>", "ÄÖÜ", "0000-0000"] {
        let again = browser.submit(&page, &[("user_code", typed)]).await;
        assert!(again.answer.status == 200 && again.shows(none), "{typed}");
        assert!(!again.html().contains("<script"));
    }
    let code = started["user_code"].as_str().unwrap();
    let confirm = browser.submit(&page, &[("user_code", code)]).await;
    assert!(browser.submit(&confirm, &[("answer", "allow")]).await.shows("Your device is connected"));
    // It was answered: nothing waits any more, whatever is pressed.
    for button in ["allow", "cancel"] {
        assert!(browser.submit(&confirm, &[("answer", button)]).await.shows(none));
    }
    assert_eq!(poll(&app, &STANDARD, &started).await.status, 200);
}

/// Nobody agrees to a name that the page did not show.
#[tokio::test]
async fn an_app_of_another_name_is_shown_again() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, FAN).await;
    let started = start(&app, &STANDARD, "read").await;
    let code = started["user_code"].as_str().unwrap();
    let confirm = browser.submit(&page, &[("user_code", code)]).await;
    let path = format!("apps/standard/{}", STANDARD.id);
    Administrator::of(&app).done("PATCH", &path, json!({ "name": "Official Catalogue" })).await;
    let anew = browser.submit(&confirm, &[("answer", "allow")]).await;
    assert!(anew.shows("Official Catalogue") && anew.shows("Does your device show this code"));
    assert_eq!(poll(&app, &STANDARD, &started).await.status, 400, "nothing was decided");
}

/// Someone else's browser: they sign in as themselves and find the same code again.
#[tokio::test]
async fn not_you() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, FAN).await;
    let started = start(&app, &STANDARD, "read").await;
    let code = started["user_code"].as_str().unwrap();
    let confirm = browser.submit(&page, &[("user_code", code)]).await;
    assert!(confirm.shows(FAN.0) && confirm.shows("Not you?"));
    let out = browser.submit(&confirm, &[("answer", "sign_out")]).await;
    let to = format!("/standard/device?user_code={code}");
    assert_eq!((out.answer.status, out.answer.header("location")), (303, to.as_str()));
    let sign_in = browser.open(&to).await;
    assert!(sign_in.shows("Password"));
    let confirm = browser.sign_in(&sign_in, CRITIC).await;
    assert!(confirm.shows(CRITIC.0) && confirm.shows("Does your device show this code"));
    assert_eq!(poll(&app, &STANDARD, &started).await.json()["error"], "authorization_pending");
    // Without the form's own token nobody is signed out.
    let forged = confirm.form(&[("answer", "sign_out"), ("form_token", "x")]);
    assert!(browser.send(forged).await.text().contains("Does your device show this code"));
    assert!(browser.open(&to).await.shows(CRITIC.0));
}

/// Two people at one code: who answers first has answered.
#[tokio::test(flavor = "multi_thread")]
async fn answered_twice_at_once() {
    let app = TestApp::new().await;
    let started = start(&app, &STANDARD, "").await;
    let code = started["user_code"].as_str().unwrap();
    let mut confirmed = Vec::new();
    for person in [FAN, CRITIC] {
        let (mut browser, page) = signed_in(&app, person).await;
        let confirm = browser.submit(&page, &[("user_code", code)]).await;
        confirmed.push((browser, confirm));
    }
    let answers =
        confirmed.iter_mut().map(|(browser, confirm)| browser.submit(confirm, &[("answer", "allow")]));
    let [one, two] = <[_; 2]>::try_from(answers.collect::<Vec<_>>()).ok().unwrap();
    let (one, two) = tokio::join!(one, two);
    let pages = [one, two];
    assert_eq!(pages.iter().filter(|page| page.shows("Your device is connected")).count(), 1);
    assert_eq!(pages.iter().filter(|page| page.shows("No device waits for this code")).count(), 1);
}

/// §5.1: guesses are counted.
#[tokio::test]
async fn guesses_are_throttled() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, FAN).await;
    let started = start(&app, &STANDARD, "").await;
    for _ in 0..30 {
        assert!(browser.submit(&page, &[("user_code", "BCDF-GHJK")]).await.shows("No device waits"));
    }
    let code = started["user_code"].as_str().unwrap();
    let limited = browser.submit(&page, &[("user_code", code)]).await;
    assert!(limited.shows("Too many codes were tried"), "{}", limited.answer.shown());
    assert_eq!((limited.answer.status, limited.answer.header("retry-after")), (429, "2"));
    app.clock.advance(2);
    assert!(browser.submit(&page, &[("user_code", code)]).await.shows("Does your device show this code"));
}

/// A form of another site, browser or page connects nothing.
#[tokio::test]
async fn forgery() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, FAN).await;
    let started = start(&app, &STANDARD, "").await;
    let code = started["user_code"].as_str().unwrap();
    let confirm = browser.submit(&page, &[("user_code", code)]).await;
    let allow = confirm.form(&[("answer", "allow")]);
    let cross = browser.send(allow.clone().header("sec-fetch-site", "cross-site")).await;
    assert_eq!(cross.status, 403);
    let (_, foreign) = signed_in(&app, CRITIC).await;
    let typed = [("step", "confirm"), ("user_code", code), ("answer", "allow")];
    for form in [foreign.form(&typed), page.form(&[&typed[..], &[("form_token", "")]].concat())] {
        let answer = browser.send(form).await;
        assert!(answer.text().contains("Does your device show this code"), "{}", answer.shown());
    }
    assert!(Browser::new(&app).send(allow).await.text().contains("Sign in"));
    assert_eq!(poll(&app, &STANDARD, &started).await.json()["error"], "authorization_pending");
    // A GET shows, and decides nothing.
    let shown = browser.open(&format!("/standard/device?user_code={code}&answer=allow&step=confirm")).await;
    assert!(shown.shows("Does your device show this code"));
}

/// Two tabs, and a sign-in in each: the session of the first ends with the second, for nobody could end it any more.
#[tokio::test]
async fn signed_in_twice() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let (one, two) = (browser.open("/standard/device").await, browser.open("/standard/device").await);
    browser.sign_in(&one, CRITIC).await;
    let first = browser.cookies.clone();
    assert!(!browser.open("/standard/device").await.html().contains("type=\"password\""));
    browser.sign_in(&two, CRITIC).await;
    assert_ne!(browser.cookies, first);
    assert!(!browser.open("/standard/device").await.html().contains("type=\"password\""));
    browser.cookies = first;
    assert!(browser.open("/standard/device").await.html().contains("type=\"password\""), "it is over");
}
