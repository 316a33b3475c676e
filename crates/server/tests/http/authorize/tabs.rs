//! Two tabs of one browser: each flow's state is its own address.

use crate::app::{Browser, CRITIC, FAN, Page, SPOTIFY, SPOTIFY_PUBLIC, TestApp};

/// Both tabs show the sign-in form; whichever is sent first, both flows end where they belong.
#[tokio::test]
async fn signed_in_twice() {
    let app = TestApp::new().await;
    for first in [0, 1] {
        let mut browser = Browser::new(&app);
        let tabs = [
            browser.open(&SPOTIFY.authorize(&[("state", "one"), ("show_dialog", "true")])).await,
            browser.open(&SPOTIFY_PUBLIC.authorize(&[("state", "two"), ("show_dialog", "true")])).await,
        ];
        let earlier = browser.sign_in(&tabs[first], FAN).await;
        // The other tab's form was shown before anyone was signed in, and still works.
        let later = browser.sign_in(&tabs[1 - first], FAN).await;
        assert_eq!((earlier.answer.status, later.answer.status), (200, 200));

        // The second sign-in made a new session: the first tab's page is out of date and says so.
        let stale = browser.submit(&earlier, &[("answer", "allow")]).await;
        assert_eq!(stale.answer.status, 200, "{}", stale.answer.shown());
        assert!(stale.shows("out of date, so nothing was decided"));
        let states = [
            browser.answer(&stale, "allow").await.query("state").unwrap(),
            browser.answer(&later, "allow").await.query("state").unwrap(),
        ];
        let expected = if first == 0 { ["one", "two"] } else { ["two", "one"] };
        assert_eq!(states, expected);
    }
}

/// Both tabs show the consent page of one sign-in; they can be answered in either order.
#[tokio::test]
async fn consent_twice() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[("state", "one"), ("show_dialog", "true")])).await;
    let one = browser.sign_in(&page, FAN).await;
    let two = browser.open(&SPOTIFY.authorize(&[("state", "two"), ("show_dialog", "true")])).await;
    let answers = [browser.answer(&two, "cancel").await, browser.answer(&one, "allow").await];
    assert_eq!(answers[0].query("state").as_deref(), Some("two"));
    assert_eq!(answers[1].query("state").as_deref(), Some("one"));
    assert!(answers[0].query("error").is_some() && answers[1].query("code").is_some());
    // The same page sent again gives another code: nothing of the flow is kept on the server.
    assert!(browser.answer(&one, "allow").await.query("code") != answers[1].query("code"));
}

/// One page's token opens no other page.
#[tokio::test]
async fn forms_are_bound_to_their_address() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[("scope", "streaming")])).await;
    let narrow = browser.sign_in(&page, FAN).await;
    let address = SPOTIFY.authorize(&[("scope", "user-read-email user-library-modify")]);
    let form = narrow.form(&[("answer", "allow")]).at(|_| address.clone());
    let answer = browser.send(form.header("origin", &app.origin)).await;
    assert_eq!(answer.status, 200, "{}", answer.shown());
    let shown = Page { answer };
    assert!(shown.shows("out of date") && shown.shows("Change what you have saved"));
}

/// Signed out, and in again as somebody else, while the other tab waits with its consent page.
#[tokio::test]
async fn another_person_meanwhile() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let fans = browser.sign_in(&page, FAN).await;

    let out = browser.answer(&fans, "sign_out").await;
    assert_eq!((out.status, out.header("location")), (303, SPOTIFY.authorize(&[]).as_str()));
    let waiting = browser.submit(&fans, &[("answer", "allow")]).await;
    assert!(waiting.shows("You were signed out meanwhile"), "{}", waiting.answer.shown());

    let critics = browser.sign_in(&waiting, CRITIC).await;
    assert!(critics.shows("critic@example.com"));
    // What the fan saw cannot be answered by the critic unseen.
    let stale = browser.submit(&fans, &[("answer", "allow")]).await;
    assert!(stale.shows("out of date") && stale.shows("critic@example.com"), "{}", stale.answer.shown());
}

/// A consent page that asks for nothing known is shown again as it is.
#[tokio::test]
async fn a_button_that_is_none() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    for typed in [&[("answer", "maybe")][..], &[("answer", "")], &[]] {
        let again = browser.submit(&consent, typed).await;
        assert_eq!(again.answer.status, 200);
        assert!(again.shows("wants to use your account") && !again.shows("out of date"));
    }
}
