//! What an app is called, whom it acts for, and its end.

use stagedoor_protocol::administration::Change;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::team::Role;
use stagedoor_protocol::{Decision, Effect};

use super::{OWNER, signed_in};
use crate::app::{Call, SOUNDCHARTS, SPOTIFY, TestApp};

const SETTINGS: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/settings";
const CHARTS: &str = "/dashboard/apps/soundcharts/e1d2c3b4a5968778695a4b3c2d1e0f10/settings";

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

/// An app acts for a team only where someone who is a developer there says so.
#[tokio::test]
async fn acts_for_teams_of_ones_own() {
    let app = TestApp::new().await;
    join(&app, 5003, Role::Developer).await;
    join(&app, 5002, Role::Viewer).await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(CHARTS).await.only(&format!("{CHARTS}/acts-for"));
    assert!(page.shows("Low Tide") && !page.shows("Harbour Analytics"), "{}", page.html());
    browser.submit_and_follow(&page, &[("team", "5003")]).await;
    let bearer =
        app.tokens(&SOUNDCHARTS, &[("grant_type", "client_credentials"), ("team_id", "5003")]).await.access;
    browser.submit_and_follow(&page, &[("team", "5002")]).await;
    assert_eq!(app.app(&SOUNDCHARTS).await.teams.len(), 1, "neither is left");
    let call = Call::get("/soundcharts/anything").bearer(&bearer);
    assert_eq!(app.send(call).await.status, 401, "what was issued has ended");
    assert!(!browser.open(SETTINGS).await.html().contains("/acts-for"), "Spotify knows no teams");
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
