//! Accounts, teams and members.

use serde_json::json;
use stagedoor_server::config::Registration;

use super::Administrator;
use crate::app::{Browser, CRITIC, FAN, SPOTIFY, TestApp, refresh};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn from_the_first_to_the_last_word() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let new =
        json!({ "email": "Ada@Example.com", "name": "Ada", "password": PASSWORD, "administrator": true });
    let made = admin.done("POST", "accounts", new.clone()).await;
    assert_eq!((&made["email"], &made["administrator"]), (&json!("ada@example.com"), &json!(true)));
    assert!(made.get("password").is_none() && !made.to_string().contains(PASSWORD));
    assert_eq!(admin.last_line().await, ("account created, administrator".into(), "ada@example.com".into()));
    assert_eq!(admin.refused("POST", "accounts", new).await, (409, "email-taken".into()));

    // She signs in with it.
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    assert_eq!(browser.sign_in(&page, ("ada@example.com", PASSWORD)).await.answer.status, 200);

    let by_id = format!("accounts/{}", made["id"].as_str().unwrap());
    let renamed = admin.done("PATCH", &by_id, json!({ "name": "Ada L." })).await;
    assert_eq!(renamed["name"], "Ada L.");
    assert_eq!(admin.last_line().await.0, "account renamed");
    let shown = admin.get("accounts/ada@example.com").await;
    assert_eq!((&shown["name"], &shown["teams"]), (&json!("Ada L."), &json!([])));
    let last = (409, "last-administrator".to_owned());
    assert_eq!(admin.refused("PATCH", &by_id, json!({ "administrator": false })).await, last);
    assert_eq!(admin.refused("POST", &format!("{by_id}/suspend"), json!({})).await, last);
    admin.done("PATCH", "accounts/critic@example.com", json!({ "administrator": true })).await;
    admin.done("PATCH", &by_id, json!({ "administrator": false })).await;
    assert_eq!(admin.last_line().await.0, "administrator no more");

    for (body, why) in [
        (json!({ "email": "no", "name": "N", "password": PASSWORD }), "e-mail"),
        (json!({ "email": "n@example.com", "name": " ", "password": PASSWORD }), "name"),
        (json!({ "email": "n@example.com", "name": "N", "password": "short" }), "password"),
        (json!({ "email": "n@example.com", "name": "N" }), "missing"),
        (json!({ "emial": "n@example.com", "name": "N", "password": PASSWORD }), "unknown"),
        (json!([]), "form"),
    ] {
        assert_eq!(admin.refused("POST", "accounts", body).await, (400, "bad-request".into()), "{why}");
    }
    assert_eq!(
        admin.refused("GET", "accounts/nobody@example.com", json!(null)).await,
        (404, "not-found".into())
    );
}

/// The link is in this answer and in a mail, and nowhere else.
#[tokio::test]
async fn someone_is_invited() {
    let app = TestApp::setup().registration(Registration::Invitation).start().await;
    let admin = Administrator::of(&app);
    let made = admin.done("POST", "account-invitations", json!({ "email": "Dana@Example.com" })).await;
    assert_eq!((&made["email"], &made["mailed"]), (&json!("dana@example.com"), &json!(true)));
    let line = "invited to make an account: dana@example.com";
    assert_eq!(admin.get("audit?limit=1").await["items"][0]["what"], line);
    let mail = app.server.mailbox().unwrap().all().remove(0);
    let link = made["link"].as_str().unwrap();
    assert!(mail.letter.to.as_str() == "dana@example.com" && mail.letter.text.contains(link));

    let mut browser = Browser::new(&app);
    let page = browser.open(link.strip_prefix(&app.origin).unwrap()).await;
    browser.submit(&page, &[("name", "Dana"), ("password", PASSWORD)]).await;
    assert_eq!(admin.get("accounts/dana@example.com").await["confirmed"], true);
    let invite = |email| admin.refused("POST", "account-invitations", json!({ "email": email }));
    assert_eq!(invite("dana@example.com").await, (409, "email-taken".into()));
    assert_eq!(invite("dana").await, (400, "bad-request".into()));
    let app = TestApp::setup().registration(Registration::Closed).start().await;
    let admin = Administrator::of(&app);
    let refused = admin.refused("POST", "account-invitations", json!({ "email": "dana@example.com" })).await;
    assert_eq!(refused, (409, "registration-closed".into()));
}

/// Sessions, grants and tokens end at once, and nobody signs in until the account is resumed.
#[tokio::test]
async fn suspended() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let tokens = app.grant(&SPOTIFY, "").await;
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[("show_dialog", "true")])).await;
    let consent = browser.sign_in(&page, FAN).await;
    assert!(consent.html().contains("answer"), "{}", consent.answer.shown());

    admin.done("POST", "accounts/fan@example.com/suspend", json!({})).await;
    assert_eq!(admin.last_line().await, ("account suspended".into(), "fan@example.com".into()));
    let called = app.send(crate::app::Call::get(&SPOTIFY.path("/x")).bearer(&tokens.access)).await;
    assert_eq!(called.status, 401);
    assert_eq!(app.send(SPOTIFY.token(&refresh(&tokens.refresh))).await.json()["error"], "invalid_grant");
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    assert!(page.html().contains("password"), "signed out: {}", page.answer.shown());
    let kept_out = browser.submit(&page, &[("email", FAN.0), ("password", FAN.1)]).await;
    assert!(kept_out.shows("This account is suspended"), "{}", kept_out.answer.shown());
    let wrong = browser.submit(&page, &[("email", FAN.0), ("password", "wrong")]).await;
    assert!(!wrong.shows("suspended"), "only who knows the password is told");

    admin.done("POST", "accounts/fan@example.com/resume", json!({})).await;
    assert_eq!(admin.last_line().await.0, "account resumed");
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    browser.sign_in(&page, FAN).await;
    assert_eq!(app.send(SPOTIFY.token(&refresh(&tokens.refresh))).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_password_that_is_set_ends_everything() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    for (method, path, body, what) in [
        (
            "PATCH",
            "accounts/fan@example.com",
            json!({ "password": PASSWORD }),
            "password set, all access ended",
        ),
        ("POST", "accounts/fan@example.com/sign-out", json!({}), "all access ended"),
    ] {
        let person = if method == "PATCH" { FAN } else { (FAN.0, PASSWORD) };
        let code = app.code_of(person, &SPOTIFY, "").await;
        let tokens = app.tokens(&SPOTIFY, &SPOTIFY.redeem(&code)).await;
        admin.done(method, path, body).await;
        assert_eq!(admin.last_line().await, (what.into(), "fan@example.com".into()));
        let called = app.send(crate::app::Call::get(&SPOTIFY.path("/x")).bearer(&tokens.access)).await;
        assert_eq!(called.status, 401);
    }
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[])).await;
    let old = browser.submit(&page, &[("email", FAN.0), ("password", FAN.1)]).await;
    assert!(old.shows("wrong"), "{}", old.answer.shown());
    browser.sign_in(&page, (FAN.0, PASSWORD)).await;
}

#[tokio::test]
async fn teams() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let made = admin.done("POST", "teams", json!({ "name": "Owl & Co/7", "kind": "band" })).await;
    assert_eq!(admin.last_line().await, ("team created".into(), "Owl & Co/7".into()));
    let taken = (409, "team-name-taken".to_owned());
    assert_eq!(admin.refused("POST", "teams", json!({ "name": "Owl & Co/7", "kind": "label" })).await, taken);
    let path = "teams/Owl%20%26%20Co%2F7";
    assert_eq!(admin.get(path).await, made);
    assert_eq!(admin.refused("PATCH", path, json!({ "name": "Night Ferry Records" })).await, taken);
    let changed = admin.done("PATCH", path, json!({ "name": "Owls", "kind": "partner" })).await;
    assert_eq!((&changed["name"], &changed["kind"]), (&json!("Owls"), &json!("partner")));
    assert_eq!(admin.refused("POST", "teams", json!({ "name": "X", "kind": "choir" })).await.0, 400);

    admin.done("PUT", "teams/Owls/members/fan@example.com", json!({ "role": "owner" })).await;
    assert_eq!(admin.last_line().await, ("member set: fan@example.com as owner".into(), "Owls".into()));
    admin.done("PUT", &format!("teams/Owls/members/{}", CRITIC.0), json!({ "role": "viewer" })).await;
    let members = admin.get("teams/Owls/members").await;
    let roles: Vec<_> = members["items"].as_array().unwrap().iter().map(|member| &member["role"]).collect();
    assert_eq!(roles, ["owner", "viewer"]);
    assert_eq!(admin.get("accounts/fan@example.com").await["teams"][0]["name"], "Owls");
    admin.done("DELETE", "teams/Owls/members/fan@example.com", json!(null)).await;
    assert_eq!(admin.last_line().await.0, "member removed: fan@example.com");
    assert_eq!(admin.get("teams/Owls/members").await["items"].as_array().unwrap().len(), 1);
}
