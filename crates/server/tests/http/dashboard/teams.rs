//! Teams: members, roles, invitations, and apps that go to another team.

use serde_json::json;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::team::{Role, TeamKind};
use stagedoor_protocol::{Decision, Effect};

use super::{OWNER, STRANGER, VIEWER, signed_in};
use crate::admin::Administrator;
use crate::app::{BANDCAMP, Call, Page, SPOTIFY, TestApp};

const TEAM: &str = "/dashboard/teams/5001";

fn to(page: &Page, form: &str) -> Page {
    page.only(&format!("{TEAM}/{form}"))
}

/// Makes the owner of Night Ferry Records a member of another team.
async fn join(app: &TestApp, team: i64, role: Role) {
    let member = Change::SetMember { team: TeamId(team), account: AccountId(7003), role };
    app.commit(Decision { reply: Ok(()), effects: vec![Effect::Administer(member)] }).await;
}

/// The path of the link that an answer shows.
fn link(page: &Page) -> String {
    let shown = page.html().split("id=\"shown-link\">").nth(1).unwrap_or_else(|| panic!("{}", page.html()));
    let link = shown.split('<').next().unwrap();
    link[link.find("/dashboard").unwrap()..].to_owned()
}

#[tokio::test]
async fn roles_change_and_hold_at_once() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let (mut viewer, _) = signed_in(&app, VIEWER).await;
    let page = owner.open(TEAM).await;
    assert!(page.html().contains("<h1>Team</h1>") && page.shows("Vic Viewer"), "{}", page.html());
    let change = to(&page, "change-role");
    let done = owner.submit_and_follow(&change, &[("account", "7004"), ("role", "developer")]).await;
    assert!(done.shows("Saved."), "{}", done.html());
    let settings = viewer.open("/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/settings").await;
    assert!(settings.shows("Delete app") && !settings.shows("Another team"), "{}", settings.html());
    owner.submit_and_follow(&to(&page, "remove-member"), &[("account", "7004")]).await;
    let gone = viewer.open("/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/settings").await;
    assert_eq!(gone.answer.status, 404, "the team's apps are lost at once");
}

#[tokio::test]
async fn a_team_keeps_an_owner() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open(TEAM).await;
    let me = ("account", "7003");
    // No button removes oneself: whoever sends that all the same is told the same.
    for (form, typed) in
        [("leave", vec![]), ("change-role", vec![me, ("role", "viewer")]), ("remove-member", vec![me])]
    {
        let kept = owner.submit(&to(&page, form), &typed).await;
        assert!(kept.answer.status == 422 && kept.shows("Make someone else one first"), "{}", kept.html());
    }
    let other = [("account", "7004"), ("role", "owner")];
    owner.submit_and_follow(&to(&page, "change-role"), &other).await;
    let left = owner.submit(&to(&page, "leave"), &[]).await;
    assert_eq!(left.answer.status, 303);
    assert_eq!(owner.open(TEAM).await.answer.status, 404);
}

#[tokio::test]
async fn a_name_is_its_teams_alone() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let rename = to(&owner.open(TEAM).await, "rename");
    for name in ["Harbour Analytics", " "] {
        let wrong = owner.submit(&rename, &[("name", name)]).await;
        assert!(wrong.answer.status == 422 && wrong.html().contains("name-error"), "{}", wrong.html());
    }
    assert!(owner.submit_and_follow(&rename, &[("name", "Day Ferry")]).await.shows("Day Ferry"));
    let create = owner.open("/dashboard/teams/new").await.only("/dashboard/teams/new/create");
    let typed = [("name", "Night Ferry Records"), ("kind", "band")];
    let made = owner.submit_and_follow(&create, &typed).await;
    assert!(made.shows("The team is made"), "{}", made.html());
    let again = owner.submit_and_follow(&create, &typed).await;
    assert_eq!(
        again.html().matches("Night Ferry Records · band").count(),
        made.html().matches("Night Ferry Records · band").count()
    );
}

#[tokio::test]
async fn someone_is_invited() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let (mut viewer, _) = signed_in(&app, VIEWER).await;
    let invite = to(&owner.open(TEAM).await, "invite");
    for (email, says) in [("viewer@example.com", "a member already"), ("critic", "Write an e-mail address")] {
        let wrong = owner.submit(&invite, &[("email", email), ("role", "developer")]).await;
        assert!(wrong.answer.status == 422 && wrong.shows(says), "{}", wrong.html());
    }
    let invited = owner.submit(&invite, &[("email", STRANGER.0), ("role", "developer")]).await;
    let link = link(&invited);
    let page = owner.open(TEAM).await;
    assert!(page.shows(STRANGER.0) && !page.html().contains("shown-link"), "{}", page.html());

    let theirs = stranger.open(&link).await;
    assert!(theirs.shows("Night Ferry Records"), "{}", theirs.html());
    let accept = theirs.only(&format!("{link}/accept"));
    // Someone else who has the link.
    let other = viewer.open(&link).await;
    assert!(other.shows("for another e-mail") && !other.html().contains("/accept"), "{}", other.html());

    let joined = stranger.submit_and_follow(&accept, &[]).await;
    assert!(joined.shows("You are a member now") && joined.shows("Setlist"), "{}", joined.html());
    assert_eq!(stranger.submit(&accept, &[]).await.answer.status, 404, "it works once");
    assert!(stranger.open(&link).await.shows("The invitation is over"));
}

#[tokio::test]
async fn invitations_are_withdrawn_and_end() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let invite = to(&owner.open(TEAM).await, "invite");
    let first = link(&owner.submit(&invite, &[("email", STRANGER.0), ("role", "viewer")]).await);
    let withdraw = to(&owner.open(TEAM).await, "withdraw-invitation");
    let page = owner.submit_and_follow(&withdraw, &[]).await;
    assert!(page.shows("Withdrawn") && !page.shows(STRANGER.0));
    assert_eq!(stranger.open(&first).await.answer.status, 404);

    let invite = to(&page, "invite");
    let second = link(&owner.submit(&invite, &[("email", STRANGER.0), ("role", "viewer")]).await);
    assert_eq!(stranger.open(&second).await.answer.status, 200);
    app.clock.advance_millis(7 * 24 * 3600 * 1000);
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    assert_eq!(stranger.open(&second).await.answer.status, 404, "a week later");
    let guessed = format!("{}A", &first[..first.len() - 1]);
    assert_eq!(stranger.open(&guessed).await.answer.status, 404);
}

#[tokio::test]
async fn an_app_moves_to_another_team_of_ones_own() {
    const APP: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let app = TestApp::new().await;
    join(&app, 5003, Role::Owner).await;
    join(&app, 5002, Role::Developer).await;
    let bearer = app.grant(&SPOTIFY, "").await.access;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let moves = owner.open(&format!("{APP}/settings")).await.only(&format!("{APP}/settings/move"));
    let wrong = owner.submit(&moves, &[("team", "5002")]).await;
    assert!(wrong.answer.status == 422 && wrong.shows("a team that you own"), "{}", wrong.html());
    let moved = owner.submit_and_follow(&moves, &[("team", "5003")]).await;
    assert!(moved.shows("The app has moved"), "{}", moved.html());
    assert_eq!(app.app(&SPOTIFY).await.owner.name, "Low Tide");
    assert_eq!(app.send(Call::get("/spotify/anything").bearer(&bearer)).await.status, 401);
    let (mut viewer, _) = signed_in(&app, VIEWER).await;
    assert_eq!(viewer.open(APP).await.answer.status, 404, "it is not their team's any more");
    let known = app.send(SPOTIFY.token(&[("grant_type", "client_credentials")])).await;
    assert_eq!(
        (known.status, &known.json()["error"]),
        (400, &"invalid_client".into()),
        "its secret is known there"
    );
    assert!(app.app(&SPOTIFY).await.redirect_uris.is_empty(), "its codes would go there");
}

#[tokio::test]
async fn an_app_is_taken_over() {
    const APP: &str = "/dashboard/apps/bandcamp/29";
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let offer = owner.open(&format!("{APP}/settings")).await.only(&format!("{APP}/settings/offer"));
    let link = link(&owner.submit(&offer, &[("email", STRANGER.0)]).await);
    assert!(stranger.open(&link).await.shows("Create one"), "they have no team");
    let create = stranger.open("/dashboard/teams/new").await.only("/dashboard/teams/new/create");
    stranger.submit_and_follow(&create, &[("name", "Critics"), ("kind", "company")]).await;
    let page = stranger.open(&link).await;
    let team = page.html().split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let accept = page.only(&format!("{link}/accept"));
    let wrong = stranger.submit(&accept, &[("team", "5001")]).await;
    assert!(wrong.answer.status == 422 && wrong.shows("a team that you own"), "{}", wrong.html());
    let taken = stranger.submit_and_follow(&accept, &[("team", &team)]).await;
    assert!(taken.shows("The app has moved"), "{}", taken.html());
    assert_eq!(owner.open(APP).await.answer.status, 404);
    assert_eq!(app.app(&BANDCAMP).await.owner.name, "Critics");
}

/// An administrator was asked by this team, not by the next one.
#[tokio::test]
async fn what_is_only_asked_for_stays() {
    const APP: &str = "/dashboard/apps/bandcamp/31";
    let app = TestApp::new().await;
    for team in [5002, 5003] {
        join(&app, team, Role::Owner).await;
    }
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open(&format!("{APP}/settings")).await;
    for (form, typed) in [("move", ("team", "5003")), ("offer", ("email", STRANGER.0))] {
        let stays = owner.submit(&page.only(&format!("{APP}/settings/{form}")), &[typed]).await;
        assert!(stays.answer.status == 422 && stays.shows("only asked for"), "{}", stays.html());
    }
}

/// What the new team did not accept binds it to nothing.
#[tokio::test]
async fn who_takes_an_app_accepts_the_terms() {
    const APP: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let app = TestApp::setup().terms("spotify", "2026-11").start().await;
    join(&app, 5003, Role::Owner).await;
    let admin = Administrator::of(&app);
    let path = format!("teams/5002/members/{}", STRANGER.0);
    admin.ask("PUT", &path, &json!({ "role": "owner" })).await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let accepted = ("terms.spotify", "2026-11");

    let settings = owner.open(&format!("{APP}/settings")).await;
    let moves = settings.only(&format!("{APP}/settings/move"));
    let refused = owner.submit(&moves, &[("team", "5003")]).await;
    assert!(refused.answer.status == 422 && refused.shows("accept them"), "{}", refused.html());
    let moved = owner.submit_and_follow(&moves, &[("team", "5003"), accepted]).await;
    assert!(moved.shows("The app has moved"), "{}", moved.html());

    let offer = owner.open(&format!("{APP}/settings")).await.only(&format!("{APP}/settings/offer"));
    let link = link(&owner.submit(&offer, &[("email", STRANGER.0)]).await);
    let page = stranger.open(&link).await;
    assert!(page.shows("https://terms.example/of-use"), "{}", page.html());
    let accept = page.only(&format!("{link}/accept"));
    let refused = stranger.submit(&accept, &[("team", "5002")]).await;
    assert!(refused.answer.status == 422 && refused.shows("accept them"), "{}", refused.html());
    let taken = stranger.submit_and_follow(&accept, &[("team", "5002"), accepted]).await;
    assert!(taken.shows("The app has moved"), "{}", taken.html());
    assert!(stranger.open(&format!("{APP}/settings")).await.shows("accepted version 2026-11"));
}

/// A team that cannot have the app is refused, and the offer stands: nothing was accepted.
#[tokio::test]
async fn an_offer_outlasts_a_refusal() {
    const APP: &str = "/dashboard/apps/bandcamp/29";
    let app = TestApp::setup().serves("bandcamp", &[TeamKind::Label, TeamKind::Band]).start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let admin = Administrator::of(&app);
    for team in ["5002", "5003"] {
        let path = format!("teams/{team}/members/{}", STRANGER.0);
        admin.ask("PUT", &path, &json!({ "role": "owner" })).await;
    }
    let (mut stranger, _) = signed_in(&app, STRANGER).await;
    let offer = owner.open(&format!("{APP}/settings")).await.only(&format!("{APP}/settings/offer"));
    let link = link(&owner.submit(&offer, &[("email", STRANGER.0)]).await);
    let accept = stranger.open(&link).await.only(&format!("{link}/accept"));
    let refused = stranger.submit(&accept, &[("team", "5002")]).await;
    assert!(
        refused.answer.status == 422 && refused.shows("does not serve teams of this kind"),
        "{}",
        refused.html()
    );
    let log = admin.get("audit?limit=20").await.to_string();
    assert!(!log.contains("invitation accepted"), "{log}");
    let taken = stranger.submit_and_follow(&accept, &[("team", "5003")]).await;
    assert!(taken.shows("The app has moved"), "{}", taken.html());
}

#[tokio::test]
async fn what_a_team_has_of_apis() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open("/dashboard/teams/5001/api-access").await;
    for says in ["Bandcamp API", "Revoke and regenerate", "chart-board", "Create the matching app"] {
        assert!(page.shows(says), "{says}: {}", page.html());
    }
    let made = owner.submit(&page.only("/dashboard/apps/bandcamp/29/regenerate"), &[]).await;
    assert!(made.shows("Your client secret"), "{}", made.html());
}
