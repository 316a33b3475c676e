//! The apps a person is connected with.

use super::signed_in;
use crate::app::{Call, FAN, SPOTIFY, TestApp, refresh};

#[tokio::test]
async fn an_app_is_shown_and_revoked() {
    let app = TestApp::new().await;
    let tokens = app.grant(&SPOTIFY, "user-read-email").await;
    let (mut browser, _) = signed_in(&app, FAN).await;
    let page = browser.open("/dashboard/connections").await;
    for says in ["Connected apps", "Setlist", "Night Ferry Records", "See your e-mail address", "Allowed "] {
        assert!(page.shows(says), "{says}: {}", page.html());
    }
    let call = || app.send(Call::get("/spotify/anything").bearer(&tokens.access));
    assert_eq!(call().await.status, 200);
    let revoke = page.only("/dashboard/connections/revoke");
    let page = browser.submit_and_follow(&revoke, &[]).await;
    assert!(page.shows("Revoked.") && page.shows("No apps yet"), "{}", page.html());
    assert_eq!(call().await.status, 401, "the very next call");
    let refreshed = app.send(SPOTIFY.token(&refresh(&tokens.refresh))).await;
    assert_eq!(refreshed.status, 400, "{}", refreshed.shown());
    // The same form again changes nothing.
    browser.submit_and_follow(&revoke, &[]).await;
}

#[tokio::test]
async fn nobody_ends_what_another_allowed() {
    let app = TestApp::new().await;
    let tokens = app.grant(&SPOTIFY, "").await;
    let (mut fan, _) = signed_in(&app, FAN).await;
    let id = fan.open("/dashboard/connections").await;
    let id = id.html().split("name=\"app\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    app.code_of(super::OWNER, &crate::app::STANDARD, "").await;
    let (mut owner, _) = signed_in(&app, super::OWNER).await;
    let form = owner.open("/dashboard/connections").await.only("/dashboard/connections/revoke");
    owner.submit_and_follow(&form, &[("app", &id)]).await;
    assert_eq!(app.send(Call::get("/spotify/anything").bearer(&tokens.access)).await.status, 200);
}
