//! What administrators see and decide.

use serde_json::json;
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::TeamKind;

use super::{OWNER, signed_in};
use crate::admin::Administrator;
use crate::app::{Browser, CLIENT_CREDENTIALS, Call, Page, SPOTIFY, TestApp};

const ADMINISTRATOR: (&str, &str) = ("critic@example.com", "closing-night");

async fn administrator(app: &TestApp) -> Browser<'_> {
    Administrator::of(app).done("PATCH", "accounts/critic@example.com", json!({"administrator": true})).await;
    signed_in(app, ADMINISTRATOR).await.0
}

fn account_named(page: &Page, email: &str) -> String {
    let row = page.html().split("<tr>").find(|row| row.contains(email)).unwrap();
    row.split("name=\"account\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn all_pages_are_shown() {
    let app = TestApp::new().await;
    let mut browser = administrator(&app).await;
    for (path, shows) in [
        ("requests", "Requests"),
        ("apis", "Spotify Web API"),
        ("accounts", "owner@example.com"),
        ("accounts?email=OWNER@example.com", "Dana Owner"),
        ("accounts?email=nobody@example.com", "No such account"),
        ("accounts?email=dana+o", "owner@example.com"),
        ("accounts?email=wner@", "owner@example.com"),
        ("accounts?email=%25", "No such account"),
        ("accounts?email=_", "No such account"),
        ("accounts?email=%5C", "No such account"),
        ("teams?name=tide+TOO", "No such team"),
        ("teams?name=ferry", "Night Ferry Records"),
        ("accounts?behind=7002", "owner@example.com"),
        ("teams", "owner@example.com (owner)"),
        ("teams?name=Low+Tide", "Low Tide"),
        ("teams?name=nothing", "No such team"),
        ("apps", "Setlist"),
        ("apps?client_id=5f2a1c9e8b7d4036a1e2c3d4f5061728", "Setlist"),
        ("apps?client_id=nothing", "No such app"),
        ("apps?client_id=%20%00", "No such app"),
        ("audit", "administrator made"),
        ("audit?actor=uid+1000", "administrator made"),
        ("audit?actor=nobody", "Nothing there"),
        ("audit?since=2100-01-01", "Nothing there"),
        ("database", "audit"),
    ] {
        let page = browser.open(&format!("/dashboard/administration/{path}")).await;
        assert_eq!(page.answer.status, 200, "{path}: {}", page.answer.shown());
        assert!(page.shows(shows), "{path}: {}", page.html());
    }
    let page = browser.open("/dashboard/administration/audit?since=yesterday").await;
    assert!(page.answer.status == 422 && page.shows("That is no day"));
}

#[tokio::test]
async fn someone_kept_out_is_out_at_once() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let mut browser = administrator(&app).await;
    let page = browser.open("/dashboard/administration/accounts").await;
    let account = account_named(&page, OWNER.0);
    let suspend = page.only("/dashboard/administration/accounts/suspend");
    let done = browser.submit_and_follow(&suspend, &[("account", &account)]).await;
    assert!(done.shows("Kept out"), "{}", done.html());
    assert_eq!(owner.open("/dashboard/apps/new").await.answer.status, 302, "their session is over");
    let page = owner.open("/dashboard/sign-in").await;
    let sent = owner.submit(&page, &[("email", OWNER.0), ("password", OWNER.1)]).await;
    assert!(sent.answer.status == 422 && sent.shows("suspended"));

    let page = browser.open("/dashboard/administration/accounts").await;
    let resume = page.only("/dashboard/administration/accounts/resume");
    browser.submit_and_follow(&resume, &[("account", &account)]).await;
    signed_in(&app, OWNER).await;
}

#[tokio::test]
async fn signing_someone_out_everywhere() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let mut browser = administrator(&app).await;
    let page = browser.open("/dashboard/administration/accounts").await;
    let account = account_named(&page, OWNER.0);
    let out = page.only("/dashboard/administration/accounts/sign-out");
    browser.submit_and_follow(&out, &[("account", &account)]).await;
    assert_eq!(owner.open("/dashboard/apps/new").await.answer.status, 302);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::new().await;
    let mut browser = administrator(&app).await;
    let page = browser.open("/dashboard/administration/accounts").await;
    let suspend = page.only("/dashboard/administration/accounts/suspend");
    let again = browser.submit(&suspend, &[("account", "7002")]).await;
    assert!(again.answer.status == 422 && again.shows("Make another one first"), "{}", again.html());
}

#[tokio::test]
async fn the_log_as_a_file() {
    let app = TestApp::new().await;
    let mut browser = administrator(&app).await;
    let file = browser.open("/dashboard/administration/audit/csv?actor=uid+1000").await;
    assert_eq!(file.answer.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<_> = file.answer.text().lines().collect();
    assert_eq!((lines[0], lines.len()), ("at,actor,origin,what,subject,address", 2));
    assert!(
        lines[1]
            .contains(r#""uid 1000","admin socket","administrator made","account critic@example.com","""#)
    );
    // From where it came, over the network.
    let rename = browser.open("/dashboard/account").await.only("/dashboard/account/name");
    browser.submit_and_follow(&rename, &[("name", "Sascha")]).await;
    let page = browser.open("/dashboard/administration/audit?actor=critic@example.com").await;
    assert!(page.shows("dashboard from 127.0.0.1"), "{}", page.html());
}

/// Made, shown once, good for what was chosen, and revoked.
#[tokio::test]
async fn credentials_of_programs() {
    let app = TestApp::setup().administered().start().await;
    let mut browser = administrator(&app).await;
    let path = "/dashboard/administration/credentials";
    let page = browser.open(path).await;
    let make = page.only(&format!("{path}/create"));
    let nothing = browser.submit(&make, &[("name", "deploy"), ("read", ""), ("write", "")]).await;
    assert!(nothing.answer.status == 422 && nothing.shows("Choose what it may do."));
    let made =
        browser.submit(&make, &[("name", "deploy"), ("read", "read"), ("write", ""), ("days", "30")]).await;
    let text =
        made.html().split("id=\"shown-credential\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(text.starts_with("sdm_"));
    let call = |method, path| app.send(Call::new(method, path).bearer(&text));
    assert_eq!(call("GET", "/admin/v1/teams").await.status, 200);
    assert_eq!(call("POST", "/admin/v1/teams").await.status, 403);
    let page = browser.open(path).await;
    assert!(page.shows("deploy") && page.shows("1 Jan 2026") && !page.html().contains(&text));
    let again = browser.submit(&make, &[("name", "deploy"), ("read", "read")]).await;
    assert!(again.answer.status == 422 && again.shows("Another credential has this name"));
    let id = page
        .html()
        .split("name=\"credential\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let revoke = page.only(&format!("{path}/revoke"));
    let page = browser.submit_and_follow(&revoke, &[("credential", &id)]).await;
    assert!(page.shows("The credential is revoked."));
    assert_eq!(call("GET", "/admin/v1/teams").await.status, 401);
}

/// What an administrator was given is nothing they keep a way back in by.
#[tokio::test]
async fn credentials_end_with_who_made_them() {
    let path = "/dashboard/administration/credentials";
    let app = TestApp::setup().administered().start().await;
    let admin = Administrator::of(&app);
    admin.done("PATCH", "accounts/owner@example.com", json!({ "administrator": true })).await;
    let of_nobody = admin.done("POST", "credentials", json!({ "name": "machine", "scope": "read" })).await;
    let call = |text: &str| app.send(Call::get("/admin/v1/teams").bearer(text));
    for (method, to, body) in [
        ("PATCH", "accounts/critic@example.com", json!({ "administrator": false })),
        ("POST", "accounts/critic@example.com/sign-out", json!({})),
        ("POST", "accounts/critic@example.com/suspend", json!({})),
    ] {
        let mut browser = administrator(&app).await;
        let page = browser.open(path).await;
        assert!(page.shows("the server's machine"), "{}", page.html());
        let make = page.only(&format!("{path}/create"));
        let made = browser.submit(&make, &[("name", "deploy"), ("write", "write")]).await;
        let text = made.html().split("id=\"shown-credential\">").nth(1).unwrap().split('<').next().unwrap();
        assert!(made.shows("<bdi>critic@example.com</bdi>") && call(text).await.status == 200);
        admin.done(method, to, body).await;
        assert_eq!(call(text).await.status, 401, "{to}");
    }
    assert_eq!(call(of_nobody["credential"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn someone_is_invited() {
    const PAGE: &str = "/dashboard/administration/accounts";
    let app = TestApp::new().await;
    let mut browser = administrator(&app).await;
    let invite = browser.open(PAGE).await.only(&format!("{PAGE}/invite"));
    let made = browser.submit(&invite, &[("email", "dana@example.com")]).await;
    assert!(
        made.shows("We wrote to") && made.html().contains("/dashboard/register?invitation="),
        "{}",
        made.html()
    );
    for (email, says) in
        [("dana", "Write an e-mail address"), ("owner@example.com", "has an account already")]
    {
        let wrong = browser.submit(&invite, &[("email", email)]).await;
        assert!(wrong.answer.status == 422 && wrong.shows(says), "{}", wrong.html());
    }
}

/// What it was given ends at once, and nothing more is given until it is resumed.
#[tokio::test]
async fn an_app_is_suspended_and_resumed() {
    const APPS: &str = "/dashboard/administration/apps";
    let app = TestApp::new().await;
    let mut browser = administrator(&app).await;
    let tokens = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    let call = async || app.send(Call::get("/spotify/anything").bearer(&tokens.access)).await.status;
    assert_eq!(call().await, 200);
    let id = format!("spotify/{}", SPOTIFY.id);
    let page = browser.open(&format!("{APPS}?client_id={}", SPOTIFY.id)).await;
    let suspend = page.only(&format!("{APPS}/suspend"));
    for odd in ["spotify", "spotify/nothing", "nothing/29", ""] {
        assert_eq!(browser.submit(&suspend, &[("app", odd)]).await.answer.status, 409, "{odd:?}");
    }
    let done = browser.submit_and_follow(&suspend, &[("app", &id)]).await;
    assert!(done.shows("Suspended: everything the app was given has ended."), "{}", done.html());
    assert_eq!(call().await, 401);
    assert_ne!(app.send(SPOTIFY.token(&CLIENT_CREDENTIALS)).await.status, 200);
    assert_eq!(browser.submit(&suspend, &[("app", &id)]).await.answer.status, 409, "it was done before");
    let resume = done.only(&format!("{APPS}/resume"));
    let done = browser.submit_and_follow(&resume, &[("app", &id)]).await;
    assert!(done.shows("Resumed."), "{}", done.html());
    app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    assert_eq!(call().await, 401, "what ended stays ended");
}

#[tokio::test]
async fn a_team_is_said_to_be_something_else() {
    const TEAMS: &str = "/dashboard/administration/teams";
    let app = TestApp::new().await;
    let mut browser = administrator(&app).await;
    let form = browser.open(TEAMS).await.only(&format!("{TEAMS}/set-kind"));
    let done = browser.submit_and_follow(&form, &[("team", "5001"), ("kind", "company")]).await;
    assert!(done.shows("Saved."), "{}", done.html());
    assert_eq!(app.server.store().team(TeamId(5001)).await.unwrap().unwrap().kind, TeamKind::Company);
    for (team, kind) in [("5001", "choir"), ("1", "band"), ("x", "band")] {
        let odd = browser.submit(&form, &[("team", team), ("kind", kind)]).await;
        assert_eq!(odd.answer.status, 409, "{team} {kind}");
    }
}
