//! The people an app in development may serve.

use stagedoor_protocol::Effect;
use stagedoor_protocol::administration::Change;

use super::{OWNER, STRANGER, signed_in};
use crate::app::{CRITIC, Call, SPOTIFY, TestApp};

const USERS: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/users";

async fn status_of(app: &TestApp, bearer: &str) -> u16 {
    app.send(Call::get("/spotify/anything").bearer(bearer)).await.status
}

#[tokio::test]
async fn someone_is_added_and_removed() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(USERS).await;
    assert!(page.shows("1 of 5") && page.shows("fan@example.com"), "{}", page.html());
    let add = page.only(&format!("{USERS}/add"));
    let added = browser.submit_and_follow(&add, &[("email", " Critic@Example.com")]).await;
    assert!(added.shows("2 of 5") && added.shows("Sascha Critic"), "{}", added.html());

    let again = browser.submit(&add, &[("email", "critic@example.com")]).await;
    assert!(again.answer.status == 422 && again.shows("on the list already"), "{}", again.html());

    let code = app.code_of(CRITIC, &SPOTIFY, "").await;
    let bearer = app.tokens(&SPOTIFY, &SPOTIFY.redeem(&code)).await.access;
    assert_eq!(status_of(&app, &bearer).await, 200);
    let remove = added.only(&format!("{USERS}/remove"));
    let removed = browser.submit_and_follow(&remove, &[("account", "7002")]).await;
    assert!(removed.shows("1 of 5"), "{}", removed.html());
    assert_eq!(status_of(&app, &bearer).await, 401, "the grant ends at once");
}

#[tokio::test]
async fn mistakes_stand_at_the_field() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let add = browser.open(USERS).await.only(&format!("{USERS}/add"));
    for (email, says) in
        [("nobody@example.com", "Nobody has an account"), ("nobody", "Write an e-mail address")]
    {
        let wrong = browser.submit(&add, &[("email", email)]).await;
        assert!(wrong.answer.status == 422 && wrong.shows(says), "{}", wrong.html());
        assert!(wrong.html().contains(&format!("value=\"{email}\"")), "what was typed is kept");
    }
}

/// An account that was never confirmed is nobody's.
#[tokio::test]
async fn an_account_that_is_not_confirmed_is_none() {
    let app = TestApp::new().await;
    let critic = app.server.store().account_of_email(STRANGER.0).await.unwrap().unwrap();
    let unconfirmed = Change::SetAccountConfirmed { account: critic.id, confirmed: false };
    app.server.store().commit(vec![Effect::Administer(unconfirmed)]).await.unwrap();
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let add = browser.open(USERS).await.only(&format!("{USERS}/add"));
    let wrong = browser.submit(&add, &[("email", STRANGER.0)]).await;
    assert!(wrong.answer.status == 422 && wrong.shows("Nobody has an account"), "{}", wrong.html());
}

/// The form tells whether an e-mail has an account: no way to learn that of many.
#[tokio::test]
async fn nobody_asks_for_everyone() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let add = browser.open(USERS).await.only(&format!("{USERS}/add"));
    for guess in 0..30 {
        let email = format!("guess-{guess}@example.com");
        assert_eq!(browser.submit(&add, &[("email", &email)]).await.answer.status, 422);
    }
    for email in ["nobody@example.com", STRANGER.0] {
        let refused = browser.submit(&add, &[("email", email)]).await;
        assert_eq!(refused.answer.status, 429, "{}", refused.html());
    }
}

#[tokio::test]
async fn the_list_has_an_end() {
    let app = TestApp::setup()
        .change("spotify", |dialect| dialect.apps.users = stagedoor_wire::dialect::Users::Listed(1))
        .start()
        .await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let add = browser.open(USERS).await.only(&format!("{USERS}/add"));
    let full = browser.submit(&add, &[("email", STRANGER.0)]).await;
    assert!(full.answer.status == 422 && full.shows("The list is full"), "{}", full.html());
}

/// Where the API serves everyone there is no list.
#[tokio::test]
async fn other_apps_have_no_list() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open("/dashboard/apps/bandcamp/29/users").await;
    assert_eq!(page.answer.status, 404);
    let page = browser.open("/dashboard/apps/bandcamp/29").await;
    assert!(!page.html().contains("/29/users"));
}
