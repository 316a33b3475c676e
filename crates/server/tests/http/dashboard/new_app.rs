//! Whom an API is for, and the terms that are accepted, as the form for a new app has them.

use stagedoor_protocol::team::TeamKind;
use stagedoor_store::{AppFilter, Page as Listed};

use super::{OWNER, STRANGER, signed_in};
use crate::app::{Browser, Page, TestApp};

const NEW: &str = "/dashboard/apps/new";
const CREATE: &str = "/dashboard/apps/new/create";

/// What stands chosen in the select of APIs.
fn chosen_api(page: &Page) -> String {
    let select = page.html().split("name=\"api\"").nth(1).unwrap().split("</select>").next().unwrap();
    let chosen = select.split("<option ").find(|option| option.contains(" selected")).unwrap();
    chosen.split('"').nth(1).unwrap().to_owned()
}

/// How many apps there are.
async fn apps(app: &TestApp) -> usize {
    let page = Listed { behind: None, limit: 100 };
    app.server.store().apps(AppFilter::default(), page).await.unwrap().len()
}

#[tokio::test]
async fn the_first_choice_is_an_api_that_serves_the_team() {
    let app = TestApp::setup()
        .serves("spotify", &[TeamKind::Band])
        .serves("standard", &[TeamKind::Band])
        .serves("soundcharts", &[TeamKind::Label]);
    let app = app.start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open(NEW).await;
    // A label: bandcamp and spotify-ads are on request.
    assert_eq!(chosen_api(&page), "soundcharts");
    assert!(!page.shows("value=\"spotify\""), "{}", page.html());
    assert!(page.shows("(for labels)") && page.shows("Not for your teams: "), "{}", page.html());
    assert_eq!(chosen_api(&owner.open("/dashboard/apps/new?api=bandcamp").await), "bandcamp");
    // A choice is kept with everything that was typed.
    let typed = [("api", "bandcamp"), ("team", "5001"), ("name", ""), ("description", "A <set> list")];
    let again = owner.submit(&page.only(CREATE), &typed).await;
    assert_eq!((again.answer.status, chosen_api(&again)), (422, "bandcamp".to_owned()));
    assert!(again.shows("A <set> list"));
}

#[tokio::test]
async fn a_team_of_another_kind_is_refused() {
    let app = TestApp::setup().serves("spotify", &[TeamKind::Band, TeamKind::Company]).start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let (page, before) = (owner.open(NEW).await.only(CREATE), apps(&app).await);
    let typed = [("api", "spotify"), ("team", "5001"), ("name", "Setlist")];
    let refused = owner.submit(&page, &typed).await;
    assert_eq!(refused.answer.status, 422);
    assert!(refused.shows("This API is for bands and companies."), "{}", refused.html());
    assert_eq!(apps(&app).await, before);

    // And a team that is new: what it was said to be is kept.
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let page = stranger.open(NEW).await.only(CREATE);
    let typed =
        [("api", "spotify"), ("team_name", "Quiet Hours"), ("team_kind", "label"), ("name", "Setlist")];
    let refused = stranger.submit(&page, &typed).await;
    assert_eq!(refused.answer.status, 422);
    assert!(refused.shows("for bands and companies. If the team is one, say so."), "{}", refused.html());
    assert!(refused.html().contains("<option value=\"label\" selected>"), "{}", refused.html());
    assert!(app.server.store().team_by_name("Quiet Hours").await.unwrap().is_none(), "half of it was done");
}

#[tokio::test]
async fn where_no_api_is_for_a_team_that_is_said() {
    let names = ["bandcamp", "soundcharts", "spotify", "spotify-ads", "standard"];
    let setup =
        names.into_iter().fold(TestApp::setup(), |setup, api| setup.serves(api, &[TeamKind::Partner]));
    let app = setup.start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open(NEW).await;
    assert!(page.shows("No API for your teams") && page.shows("for partners"), "{}", page.html());
    assert!(!page.html().contains("<select") && page.html().contains("/dashboard/teams/new"));
    // Who has no team yet may make one of that kind.
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    assert!(stranger.open(NEW).await.html().contains("name=\"team_kind\""));
}

#[tokio::test]
async fn terms_are_accepted_as_they_are_now() {
    let app = TestApp::setup().terms("standard", "2026-01").start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open(NEW).await.only(CREATE);
    assert!(page.shows("https://terms.example/of-use") && page.shows("version 2026-01"), "{}", page.html());
    let typed = [("api", "standard"), ("team", "5001"), ("name", "Setlist")];
    for accepted in [&[][..], &[("terms.standard", "2025-12")], &[("terms.spotify", "2026-01")]] {
        let refused = owner.submit(&page, &[&typed, accepted].concat()).await;
        assert_eq!(refused.answer.status, 422, "{accepted:?}");
        assert!(refused.html().contains("id=\"terms-error\"") && !refused.html().contains(" checked"));
    }
    let accepted = ("terms.standard", "2026-01");
    // Not to be accepted again because something else was wrong.
    let unnamed = owner.submit(&page, &[accepted, ("api", "standard"), ("team", "5001"), ("name", "")]).await;
    assert_eq!(unnamed.answer.status, 422);
    assert!(unnamed.html().contains("value=\"2026-01\" checked"), "{}", unnamed.html());
    let made = owner.submit(&unnamed.only(CREATE), &typed).await;
    assert_eq!(made.answer.status, 200, "{}", made.answer.shown());
    let id = made.html().split("id=\"client-id-text\">").nth(1).unwrap().split('<').next().unwrap();
    let settings = owner.open(&format!("/dashboard/apps/standard/{id}/settings")).await;
    assert!(settings.shows("Its team accepted version 2026-01 of the API"), "{}", settings.html());
    // An API without terms asks for none.
    let page = owner.open(NEW).await.only(CREATE);
    let made = owner.submit(&page, &[("api", "spotify"), ("team", "5001"), ("name", "Other")]).await;
    assert_eq!(made.answer.status, 303, "{}", made.answer.shown());
}

/// However a team is founded, nobody founds more than 50.
#[tokio::test]
async fn nobody_founds_teams_without_end() {
    let app = TestApp::new().await;
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let founded = async |browser: &mut Browser<'_>, number: usize| {
        let name = format!("Team {number}");
        let page = browser.open(NEW).await.only(CREATE);
        let team = [("team", ""), ("team_name", &*name), ("team_kind", "band")];
        browser.submit(&page, &[&team[..], &[("api", "standard"), ("name", "Setlist")]].concat()).await
    };
    for number in 1..=50 {
        let made = founded(&mut stranger, number).await;
        assert_eq!(made.answer.status, 200, "{number}: {}", made.html());
    }
    let refused = founded(&mut stranger, 51).await;
    assert!(
        refused.answer.status == 422 && refused.html().contains("id=\"team-error\"")
            || refused.shows("as many teams"),
        "{}",
        refused.html()
    );
    assert!(app.server.store().team_by_name("Team 51").await.unwrap().is_none());
    let page = stranger.open("/dashboard/teams/new").await.only("/dashboard/teams/new/create");
    let refused = stranger.submit(&page, &[("name", "Team 52"), ("kind", "band")]).await;
    assert!(refused.answer.status == 422 && refused.shows("as many teams"), "{}", refused.html());
}
