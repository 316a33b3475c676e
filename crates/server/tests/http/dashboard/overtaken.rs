//! Forms of someone from whom it is taken, while they are under way, what had let them in: their commits come too late.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::team::Role;
use stagedoor_protocol::{Decision, Effect, EpochOf};
use tokio::time::timeout;

use super::{OWNER, STRANGER, signed_in};
use crate::admin::Administrator;
use crate::app::{Answer, Browser, Call, FAN, Page, SPOTIFY, START, TestApp};
use crate::races::at_once;

const TEAM: &str = "/dashboard/teams/5001";
const APP: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
const OWNER_ID: AccountId = AccountId(7003);
const STRANGER_ID: AccountId = AccountId(7002);
const MANY: usize = 6;

/// Sends forms that look before `taking` is committed, and whose own commits come behind it: someone else holds the database
/// until they wait.
async fn overtake(app: &Arc<TestApp>, taking: Vec<Effect>, forms: Vec<Call>) -> Vec<Answer> {
    let other = Connection::open(app.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let store = app.server.store();
    let they_wait = async {
        while store.waiting().0 < MANY / 2 {
            tokio::task::yield_now().await;
        }
    };
    let let_go = async {
        // A writer that woke late has taken them all together, in their order: none waits for it any more.
        let _ = timeout(Duration::from_secs(2), they_wait).await;
        other.execute_batch("ROLLBACK").unwrap();
    };
    assert_eq!(forms.len(), MANY);
    let (taken, answers, ()) = tokio::join!(biased; store.commit(taking), at_once(app, forms), let_go);
    taken.unwrap();
    assert!(answers.iter().all(|answer| answer.status < 500));
    answers
}

/// Whether the audit log has a line of theirs.
async fn has_done_anything(app: &TestApp, person: (&str, &str)) -> bool {
    let log = Administrator::of(app).get("audit?limit=100").await;
    log["items"].as_array().unwrap().iter().any(|line| line["actor"] == person.0)
}

/// The form as this browser sends it.
fn form(browser: &Browser<'_>, page: &Page, typed: &[(&str, &str)]) -> Call {
    page.form(typed).header("cookie", browser.cookie_header(&page.action()))
}

async fn commit(app: &TestApp, changes: impl IntoIterator<Item = Change>) {
    let effects = changes.into_iter().map(Effect::Administer).collect();
    app.commit(Decision { reply: Ok(()), effects }).await;
}

/// A second owner of Night Ferry Records, who may be removed.
fn second_owner() -> Change {
    Change::SetMember { team: TeamId(5001), account: STRANGER_ID, role: Role::Owner }
}

async fn administrators(app: &TestApp) {
    let make = |account| Change::SetAdministrator { account, administrator: true };
    commit(app, [make(OWNER_ID), make(STRANGER_ID)]).await;
}

#[tokio::test]
async fn a_removed_owner_invites_nobody() {
    let app = Arc::new(TestApp::new().await);
    commit(&app, [second_owner()]).await;
    let (mut removed, _) = signed_in(&app, STRANGER).await;
    let mut invites = Vec::new();
    for number in 0..MANY {
        let page = removed.open(TEAM).await.only(&format!("{TEAM}/invite"));
        let email = format!("puppet{number}@example.com");
        invites.push(form(&removed, &page, &[("email", &email), ("role", "owner")]));
    }
    let remove = Change::RemoveMember { team: TeamId(5001), account: STRANGER_ID };
    overtake(&app, vec![Effect::Administer(remove)], invites).await;
    assert!(!has_done_anything(&app, STRANGER).await);
    let open = app.server.store().invitations(TeamId(5001), app.clock.now()).await.unwrap();
    assert!(open.is_empty(), "{open:?}");
}

/// Where a lower role would not do.
#[tokio::test]
async fn who_is_no_owner_any_more_renames_no_team() {
    let app = Arc::new(TestApp::new().await);
    commit(&app, [second_owner()]).await;
    let (mut demoted, _) = signed_in(&app, STRANGER).await;
    let page = demoted.open(TEAM).await.only(&format!("{TEAM}/rename"));
    let rename = |number: usize| form(&demoted, &page, &[("name", &format!("Name {number}"))]);
    let demote = Change::SetMember { team: TeamId(5001), account: STRANGER_ID, role: Role::Developer };
    overtake(&app, vec![Effect::Administer(demote)], (0..MANY).map(rename).collect()).await;
    assert!(!has_done_anything(&app, STRANGER).await);
}

#[tokio::test]
async fn whose_app_it_was_changes_nothing_in_it() {
    let app = Arc::new(TestApp::new().await);
    let (mut left, _) = signed_in(&app, OWNER).await;
    let page = left.open(APP).await.only(&format!("{APP}/redirect-uris"));
    let uris = |number: usize| format!("https://old-team.example/{number}");
    let forms = (0..MANY).map(|number| form(&left, &page, &[("redirect_uris", &uris(number))])).collect();
    let (id, from, to) = (app.app(&SPOTIFY).await.id, TeamId(5001), TeamId(5003));
    let moved = Change::MoveApp { app: id, from, to, terms: None, at_most: None };
    overtake(&app, vec![Effect::Administer(moved)], forms).await;
    assert!(!has_done_anything(&app, OWNER).await);
}

/// The team that something goes to is one of theirs no more.
#[tokio::test]
async fn an_app_goes_to_no_team_of_someone_else() {
    let app = Arc::new(TestApp::new().await);
    let other = Change::SetMember { team: TeamId(5003), account: OWNER_ID, role: Role::Owner };
    commit(&app, [other]).await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let moves = owner.open(&format!("{APP}/settings")).await.only(&format!("{APP}/settings/move"));
    let forms = (0..MANY).map(|_| form(&owner, &moves, &[("team", "5003")])).collect();
    let remove = Change::RemoveMember { team: TeamId(5003), account: OWNER_ID };
    overtake(&app, vec![Effect::Administer(remove)], forms).await;
    assert_eq!(app.app(&SPOTIFY).await.owner.name, "Night Ferry Records");
}

#[tokio::test]
async fn who_administers_no_more_changes_nothing() {
    let set = |administrator| Change::SetAdministrator { account: STRANGER_ID, administrator };
    let suspended = Change::SetAccountSuspended { account: STRANGER_ID, suspended: true };
    for taking in [set(false), suspended] {
        let app = Arc::new(TestApp::new().await);
        administrators(&app).await;
        let (mut browser, _) = signed_in(&app, STRANGER).await;
        let page = browser.open("/dashboard/administration/accounts").await;
        let page = page.only("/dashboard/administration/accounts/invite");
        let invite = |number: usize| form(&browser, &page, &[("email", &format!("{number}@example.com"))]);
        let forms = (0..MANY).map(invite).collect();
        overtake(&app, vec![Effect::Administer(taking.clone())], forms).await;
        assert!(!has_done_anything(&app, STRANGER).await, "{taking:?}");
    }
}

#[tokio::test]
async fn who_was_signed_out_changes_nothing() {
    let app = Arc::new(TestApp::new().await);
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open("/dashboard/account").await.only("/dashboard/account/name");
    let rename = |number: usize| form(&owner, &page, &[("name", &format!("Name {number}"))]);
    let everywhere = Effect::Raise { epoch: EpochOf::Account(OWNER_ID), at: START };
    overtake(&app, vec![everywhere], (0..MANY).map(rename).collect()).await;
    assert!(!has_done_anything(&app, OWNER).await);
}

/// Someone who has the old password is at the sign-in while it is changed.
#[tokio::test]
async fn a_password_that_was_changed_signs_nobody_in() {
    let app = Arc::new(TestApp::new().await);
    let mut thief = Browser::new(&app);
    let page = thief.open("/dashboard/sign-in").await;
    let typed = [("email", OWNER.0), ("password", OWNER.1)];
    let forms = (0..MANY).map(|_| form(&thief, &page, &typed)).collect();
    let changed = Change::SetPassword { account: OWNER_ID, password_hash: "$another".to_owned() };
    let answers = overtake(&app, vec![Effect::Administer(changed)], forms).await;
    for answer in answers {
        assert_eq!(answer.status, 422, "{}", answer.shown());
        assert!(answer.text().contains("Email or password is wrong"));
    }
    assert!(app.server.store().sessions(OWNER_ID, app.clock.now(), 50).await.unwrap().is_empty());
}

/// Nobody agreed to the team that an app goes to while they press the button.
#[tokio::test]
async fn who_allows_an_app_that_moves_is_asked_anew() {
    let app = Arc::new(TestApp::new().await);
    let mut fan = Browser::new(&app);
    let page = fan.open(&SPOTIFY.authorize(&[])).await;
    let consent = fan.sign_in(&page, FAN).await;
    let allow = || form(&fan, &consent, &[("answer", "allow")]);
    let id = app.app(&SPOTIFY).await.id;
    let moved = Change::MoveApp { app: id, from: TeamId(5001), to: TeamId(5003), terms: None, at_most: None };
    let taking = vec![Effect::Administer(moved), Effect::Raise { epoch: EpochOf::App(id), at: START }];
    let answers = overtake(&app, taking, (0..MANY).map(|_| allow()).collect()).await;
    for answer in answers {
        assert!(answer.header("location").starts_with("/spotify/authorize?"), "{}", answer.shown());
    }
    assert!(app.server.store().consent(id, AccountId(7001)).await.unwrap().is_none());
}

/// The credential of a program is revoked.
#[tokio::test]
async fn a_revoked_credential_changes_nothing() {
    let app = Arc::new(TestApp::setup().administered().start().await);
    let admin = Administrator::of(&app);
    let made = admin.done("POST", "credentials", json!({ "name": "deploy", "scope": "write" })).await;
    let text = made["credential"].as_str().unwrap();
    // The first use is noted, which is a commit of its own.
    let call = |name: &str| {
        let body = json!({ "name": name, "kind": "band" }).to_string();
        Call::post("/admin/v1/teams").bearer(text).header("content-type", "application/json").body(body)
    };
    assert_eq!(app.send(call("Before")).await.status, 201);
    let id = made["id"].as_str().unwrap().parse().unwrap();
    let revoke = Change::RemoveCredential { credential: stagedoor_protocol::id::CredentialId(id) };
    let forms = (0..MANY).map(|number| call(&format!("After {number}"))).collect();
    let answers = overtake(&app, vec![Effect::Administer(revoke)], forms).await;
    assert!(answers.iter().all(|answer| answer.status == 409), "{}", answers[0].shown());
}
