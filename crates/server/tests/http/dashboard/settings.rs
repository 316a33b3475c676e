//! What an app is called, whom it acts for, and its end.

use serde_json::json;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::team::Role;
use stagedoor_protocol::{Decision, Effect};

use super::{OWNER, signed_in};
use crate::admin::Administrator;
use crate::app::{Browser, Call, FAN, SOUNDCHARTS, SPOTIFY, STANDARD, TestApp};

const SETTINGS: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/settings";
const CHARTS: &str = "/dashboard/apps/soundcharts/e1d2c3b4a5968778695a4b3c2d1e0f10/settings";

const OTHER_TEAM: &str = "/dashboard/teams/5003";
const KEYS: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";

/// Makes the owner of Night Ferry Records a member of another team.
async fn join(app: &TestApp, team: i64, role: Role) {
    let member = Change::SetMember { team: TeamId(team), account: AccountId(7003), role };
    let effects = vec![Effect::Administer(member)];
    app.commit(Decision { reply: Ok(()), effects }).await;
}

#[tokio::test]
async fn name_description_and_website() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(SETTINGS).await.only(&format!("{SETTINGS}/save"));
    let typed = [("name", " Setlist 2 "), ("description", "Tonight"), ("website", "https://setlist.example")];
    let saved = browser.submit_and_follow(&page, &typed).await;
    assert!(saved.shows("Saved.") && saved.shows("Setlist 2") && saved.shows("Tonight"), "{}", saved.html());
    assert!(saved.html().contains("value=\"https://setlist.example\""), "{}", saved.html());
    for (typed, error) in
        [(("name", ""), "name-error"), (("website", "javascript:alert(1)"), "website-error")]
    {
        let wrong = browser.submit(&page, &[typed]).await;
        assert!(wrong.answer.status == 422 && wrong.html().contains(error), "{}", wrong.html());
    }
}

/// Whoever was approved under a harmless name is not under another, and can have that looked at.
#[tokio::test]
async fn an_approved_app_of_another_name_is_not_reviewed() {
    const ADDRESS: &str = "/dashboard/apps/standard/3c2b1a09f8e7d6c5b4a3928170615243/settings";
    let app = TestApp::new().await;
    let mut fan = Browser::new(&app);
    let page = fan.open(&STANDARD.authorize(&[])).await;
    let consent = fan.sign_in(&page, FAN).await;
    assert!(consent.shows("Catalogue reader") && !consent.shows("not reviewed yet"), "{}", consent.html());
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let settings = owner.open(ADDRESS).await;
    assert!(!settings.shows("Ask for a review"));
    let seen = consent;
    let save = settings.only(&format!("{ADDRESS}/save"));
    let saved = owner.submit_and_follow(&save, &[("name", "Official Catalogue"), ("description", "")]).await;
    assert!(saved.shows("people read that it is not reviewed"), "{}", saved.html());
    let anew = fan.submit(&seen, &[("answer", "allow")]).await;
    assert!(anew.shows("nothing was decided") && anew.shows("not reviewed yet"), "{}", anew.html());
    let ask = saved.only(&format!("{ADDRESS}/ask-for-review"));
    owner.submit_and_follow(&ask, &[("purpose", "Another name")]).await;
    Administrator::of(&app)
        .done("POST", "apps/standard/3c2b1a09f8e7d6c5b4a3928170615243/approve", json!({}))
        .await;
    assert!(!fan.open(&STANDARD.authorize(&[])).await.shows("not reviewed yet"));
}

/// An app acts for a team only where an owner of it says so.
#[tokio::test]
async fn acts_for_teams_of_ones_own() {
    let app = TestApp::new().await;
    join(&app, 5003, Role::Owner).await;
    join(&app, 5002, Role::Developer).await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(CHARTS).await.only(&format!("{CHARTS}/acts-for"));
    assert!(page.shows("Low Tide") && !page.shows("Harbour Analytics"), "{}", page.html());
    browser.submit_and_follow(&page, &[("team", "5003")]).await;
    let bearer =
        app.tokens(&SOUNDCHARTS, &[("grant_type", "client_credentials"), ("team_id", "5003")]).await.access;
    // A page from before takes nothing away that came since; sent twice, it is as it should be.
    browser.submit_and_follow(&page, &[("team", "5003")]).await;
    let stale = browser.submit(&page, &[("team", "5002")]).await;
    assert_eq!((stale.answer.status, app.app(&SOUNDCHARTS).await.teams.len()), (409, 2), "{}", stale.html());
    let page = browser.open(CHARTS).await.only(&format!("{CHARTS}/acts-for"));
    browser.submit_and_follow(&page, &[("team", "5002")]).await;
    assert_eq!(app.app(&SOUNDCHARTS).await.teams.len(), 1, "neither is left");
    let call = Call::get("/soundcharts/anything").bearer(&bearer);
    assert_eq!(app.send(call).await.status, 401, "what was issued has ended");
    assert!(!browser.open(SETTINGS).await.html().contains("/acts-for"), "Spotify knows no teams");
}

/// The other team sees the app, and ends it, when who let it in is gone.
#[tokio::test]
async fn a_team_ends_what_acts_for_it() {
    let app = TestApp::new().await;
    join(&app, 5003, Role::Owner).await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(CHARTS).await.only(&format!("{CHARTS}/acts-for"));
    browser.submit_and_follow(&page, &[("team", "5003")]).await;
    let form = [("grant_type", "client_credentials"), ("team_id", "5003")];
    let bearer = app.tokens(&SOUNDCHARTS, &form).await.access;
    join(&app, 5003, Role::Developer).await;
    let page = browser.open(OTHER_TEAM).await;
    assert!(page.shows("Apps of others") && page.shows("Chart board"), "{}", page.html());
    assert!(!page.html().contains("end-acting"), "developers look");
    join(&app, 5003, Role::Owner).await;
    let end = browser.open(OTHER_TEAM).await.only(&format!("{OTHER_TEAM}/end-acting"));
    let this = [("client_id", "e1d2c3b4a5968778695a4b3c2d1e0f10")];
    let ended = browser.submit_and_follow(&end, &this).await;
    assert!(ended.shows("Ended.") && !ended.shows("Chart board"), "{}", ended.html());
    assert!(ended.shows("Agency"), "another acts on: {}", ended.html());
    let call = Call::get("/soundcharts/anything").bearer(&bearer);
    assert_eq!(app.send(call).await.status, 401, "what was issued has ended");
    assert_eq!(app.app(&SOUNDCHARTS).await.teams.len(), 1);
    let again = browser.submit_and_follow(&end, &this).await;
    assert!(again.shows("Ended."), "{}", again.html());
}

/// What stands of a suspended app is kept for whoever suspended it.
#[tokio::test]
async fn nothing_of_a_suspended_app_changes() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let delete = browser.open(SETTINGS).await.only(&format!("{SETTINGS}/delete"));
    let secret = browser.open(KEYS).await.only(&format!("{KEYS}/add-secret"));
    let id = app.app(&SPOTIFY).await.id;
    app.commit(Decision {
        reply: Ok(()),
        effects: vec![Effect::SetStage { app: id, stage: Stage::Suspended }],
    })
    .await;
    for (form, typed) in [(&delete, ("confirm", "Setlist")), (&secret, ("name", "second"))] {
        let refused = browser.submit(form, &[typed]).await;
        assert!(refused.answer.status == 409 && refused.shows("The app is suspended"), "{}", refused.html());
    }
    let page = browser.open(KEYS).await;
    assert!(page.shows("An administrator suspended this app"), "{}", page.html());
}

#[tokio::test]
async fn an_app_is_deleted() {
    let app = TestApp::new().await;
    let bearer = app.grant(&SPOTIFY, "").await.access;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(SETTINGS).await;
    assert!(page.shows("1 person"), "{}", page.html());
    let delete = page.only(&format!("{SETTINGS}/delete"));
    let wrong = browser.submit(&delete, &[("confirm", "setlist")]).await;
    assert!(wrong.answer.status == 422 && wrong.html().contains("confirm-error"));
    let list = browser.submit_and_follow(&delete, &[("confirm", "Setlist")]).await;
    assert!(list.shows("The app is deleted") && !list.html().contains("5f2a1c9e"), "{}", list.html());
    let call = Call::get("/spotify/anything").bearer(&bearer);
    assert_eq!(app.send(call).await.status, 401);
    assert_eq!(browser.open(SETTINGS).await.answer.status, 404);
}
