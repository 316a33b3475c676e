//! Forms that other sites send (RFC 6819 §5.3.5, RFC 9700 §4.7).

use crate::app::{Answer, Browser, Call, FAN, Page, SPOTIFY, TestApp};

/// Sends the consent form's "Allow" with these headers.
async fn allow(browser: &mut Browser<'_>, consent: &Page, headers: &[(&str, &str)]) -> Answer {
    let form = consent.form(&[("answer", "allow")]);
    let form = headers.iter().fold(form, |form, (name, value)| form.header(name, value));
    browser.send(form).await
}

#[tokio::test]
async fn from_elsewhere() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "http://127.0.0.1:8081")],
        &[("origin", "http://evil.example"), ("host", "evil.example")],
        &[("origin", "http://127.0.0.1:8080.evil.example")],
        &[("origin", "http://evil.example/127.0.0.1:8080")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "nonsense")],
    ] {
        let answer = allow(&mut browser, &consent, headers).await;
        assert_eq!((answer.status, answer.header("location")), (403, ""), "{headers:?}");
    }
    for headers in [
        &[][..],
        &[("origin", "http://127.0.0.1:8080")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
    ] {
        assert_eq!(allow(&mut browser, &consent, headers).await.status, 303, "{headers:?}");
    }
}

/// The same at the sign-in form: nobody is signed in as somebody else unknowingly.
#[tokio::test]
async fn sign_in_from_elsewhere() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let typed = [("email", FAN.0), ("password", FAN.1)];
    let cross = browser.send(page.form(&typed).header("origin", "https://evil.example")).await;
    assert_eq!((cross.status, cross.header("set-cookie")), (403, ""));
    // A form token of another browser.
    let foreign = Browser::new(&app).open(&SPOTIFY.authorize(&[])).await;
    for form in [foreign.form(&typed), page.form(&[typed.as_slice(), &[("form_token", "")]].concat())] {
        let answer = browser.send(form).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (200, ""));
        assert!(answer.text().contains("out of date, so nothing was sent on"));
    }
}

#[tokio::test]
async fn form_tokens() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    let own = consent.html().split_once("form_token\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let mut other = Browser::new(&app);
    let page = other.open(&SPOTIFY.authorize(&[])).await;
    let others = other.sign_in(&page, FAN).await;
    let others = others.html().split_once("form_token\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let (key, tag) = own.split_once('.').unwrap();
    for token in [
        String::new(),
        others.to_owned(),
        tag.to_owned(),
        format!("{key}."),
        format!("{key}.{}", &tag[..tag.len() - 2]),
        format!("{key}.{tag}00"),
        format!("{key}.{}é", &tag[..tag.len() - 2]),
        format!("{key}.é"),
        format!("1.{tag}"),
        format!("99999999.{tag}"),
        "a".repeat(10_000),
    ] {
        let stale = browser.submit(&consent, &[("answer", "allow"), ("form_token", &token)]).await;
        assert_eq!((stale.answer.status, stale.answer.header("location")), (200, ""));
        assert!(stale.shows("out of date"));
    }
    // A form that cannot be read decides nothing either.
    for body in ["answer=allow&answer=cancel", "form_token=%", "answer=%ff", ""] {
        let call = Call::post(&consent.action()).form(body);
        let answer = browser.send(call).await;
        assert_eq!((answer.status, answer.header("location")), (200, ""));
    }
    assert_eq!(browser.answer(&consent, "allow").await.status, 303);
}

/// A link alone decides nothing: only the form does.
#[tokio::test]
async fn a_get_decides_nothing() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    browser.sign_in(&page, FAN).await;
    let link = SPOTIFY.authorize(&[("answer", "allow"), ("step", "consent")]);
    let answer = browser.open(&link).await.answer;
    assert_eq!((answer.status, answer.header("location")), (200, ""));
}
