//! Signing in and out.

use serde_json::json;
use stagedoor_protocol::id::TeamId;

use super::{OWNER, STRANGER, signed_in};
use crate::admin::Administrator;
use crate::app::{Browser, Call, FAN, SPOTIFY, TestApp};

#[tokio::test]
async fn leads_back_to_where_one_was_going() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let sent = browser.open("/dashboard/apps/new?api=spotify").await;
    let page = browser.open(sent.answer.header("location")).await;
    let page = browser.sign_in(&page, OWNER).await;
    assert!(page.shows("Create app"), "{}", page.html());
}

/// Who has a team begins with its apps, an administrator without one with what waits for an answer, who allowed an app something
/// with that, anybody else with an app.
#[tokio::test]
async fn where_a_person_begins() {
    let app = TestApp::new().await;
    app.grant(&SPOTIFY, "").await;
    for (person, begins, administrator) in [
        (OWNER, "/dashboard/teams/5001/apps", true),
        (STRANGER, "/dashboard/apps/new", false),
        (FAN, "/dashboard/connections", false),
        (STRANGER, "/dashboard/administration/requests", true),
    ] {
        let (path, change) = (format!("accounts/{}", person.0), json!({ "administrator": administrator }));
        Administrator::of(&app).done("PATCH", &path, change).await;
        let (mut browser, _) = signed_in(&app, person).await;
        assert_eq!(browser.open("/dashboard").await.answer.header("location"), begins);
    }
}

/// Of several teams the one that was looked at last in this browser comes first; a cookie that names another's says nothing.
#[tokio::test]
async fn the_team_one_works_for() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    admin.done("PUT", "teams/5003/members/owner@example.com", json!({ "role": "developer" })).await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    assert_eq!(browser.open("/dashboard").await.answer.header("location"), "/dashboard/teams/5001/apps");
    browser.open("/dashboard/teams/5003/apps").await;
    assert_eq!(browser.open("/dashboard").await.answer.header("location"), "/dashboard/teams/5003/apps");
    let new = browser.open("/dashboard/apps/new").await;
    assert!(new.html().contains("<option value=\"5003\" selected>"), "{}", new.html());
    assert!(browser.open("/dashboard/account").await.html().contains("/dashboard/teams/5003/apps\""));
    let key = ("/dashboard".to_owned(), "stagedoor_team".to_owned());
    for odd in ["5002", "x", ""] {
        browser.cookies.insert(key.clone(), odd.to_owned());
        assert_eq!(browser.open("/dashboard").await.answer.header("location"), "/dashboard/teams/5001/apps");
    }
}

/// At the server's address a browser is led to the dashboard, and a program is told of it.
#[tokio::test]
async fn the_servers_own_address() {
    let app = TestApp::new().await;
    let page = app.send(Call::get("/").header("accept", "text/html,*/*;q=0.8")).await;
    assert_eq!((page.status, page.header("location")), (302, "/dashboard"));
    let text = app.send(Call::get("/")).await;
    assert_eq!(text.status, 200);
    assert!(text.text().contains("in a browser: /dashboard") && text.text().contains("  /spotify/  "));
}

/// RFC 9700 §4.11: no open redirector.
#[tokio::test]
async fn leads_nowhere_else() {
    let app = TestApp::new().await;
    for next in [
        "https://evil.example/dashboard",
        "//evil.example/dashboard",
        "/dashboard\\..\\..",
        "/dashboard/../spotify",
        "/dashboard/%2e%2e/spotify",
        "/dashboardx",
        "/dashboard\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "",
    ] {
        let mut browser = Browser::new(&app);
        let page = browser.open("/dashboard/sign-in").await;
        let typed = [("email", OWNER.0), ("password", OWNER.1), ("next", next)];
        let sent = browser.submit(&page, &typed).await;
        assert_eq!((sent.answer.status, sent.answer.header("location")), (303, "/dashboard"), "{next:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_an_unknown_person() {
    let app = TestApp::new().await;
    let mut pages = Vec::new();
    for (email, password) in [(OWNER.0, "not-the-password"), ("nobody@example.com", OWNER.1)] {
        let mut browser = Browser::new(&app);
        let page = browser.open("/dashboard/sign-in").await;
        let sent = browser.submit(&page, &[("email", email), ("password", password)]).await;
        assert_eq!(sent.answer.status, 422);
        let token = page.html().split("form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        pages.push(sent.html().replace(email, "EMAIL").replace(token, "TOKEN"));
    }
    assert_eq!(pages[0], pages[1]);
}

/// Session fixation (RFC 6819 §4.4.1.13): a session from before the sign-in is worth nothing after it.
#[tokio::test]
async fn each_sign_in_is_a_new_session() {
    let app = TestApp::new().await;
    let (first, _) = signed_in(&app, OWNER).await;
    let key = ("/dashboard".to_owned(), "stagedoor_session".to_owned());
    let planted = first.cookies[&key].clone();
    let mut browser = Browser::new(&app);
    browser.cookies.insert(key.clone(), planted.clone());
    let page = browser.open("/dashboard/apps").await;
    assert_eq!(page.answer.status, 302, "signed in, it leads to the team's apps");
    let mut fresh = Browser::new(&app);
    let page = fresh.open("/dashboard/sign-in").await;
    fresh.sign_in(&page, OWNER).await;
    assert_ne!(fresh.cookies[&key], planted);
}

/// People tell theirs from others by it; nothing rests on what it says.
#[tokio::test]
async fn browsers_have_names() {
    let app = TestApp::new().await;
    let mut other = Browser::new(&app);
    let page = other.open("/dashboard/sign-in").await;
    let form = page.form(&[("email", OWNER.0), ("password", OWNER.1)]);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 <b>";
    assert_eq!(other.send(form.header("user-agent", agent)).await.status, 303);
    let own = other.open("/dashboard/account").await;
    assert!(own.shows("<strong>this browser</strong>, Firefox on Linux<"), "{}", own.html());
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let seen = browser.open("/dashboard/account").await;
    assert!(seen.shows("<td>Firefox on Linux</td>"), "{}", seen.html());
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, OWNER).await;
    let kept = browser.cookies.clone();
    let out = browser.submit(&page.only("/dashboard/sign-out/leave"), &[]).await;
    assert_eq!(out.answer.header("location"), "/dashboard/sign-in");
    browser.cookies = kept;
    let page = browser.open("/dashboard/apps/new").await;
    assert_eq!(page.answer.status, 302, "the cookie is worth nothing any more");
}

/// A form may take its time on the way. Who was signed out meanwhile does nothing with it (OWASP ASVS 4.0.3, 3.3.1).
#[tokio::test]
async fn a_late_form_is_no_way_around_the_end_of_a_session() {
    let app = TestApp::new().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let page = owner.open("/dashboard/teams/5001").await.only("/dashboard/teams/5001/invite");
    let form = page.form(&[("email", "friend@example.com"), ("role", "owner")]);
    let form = form.header("cookie", owner.cookie_header("/dashboard/teams/5001/invite"));
    let everywhere = async {
        Administrator::of(&app).done("POST", "accounts/owner@example.com/sign-out", json!({})).await;
    };
    let late = app.send_late(form, everywhere).await;
    let to = "/dashboard/sign-in?next=%2Fdashboard%2Fteams%2F5001&done=ended";
    assert_eq!((late.status, late.header("location")), (303, to), "{}", late.shown());
    assert!(owner.open(to).await.shows("You were signed out meanwhile, so nothing was done"));
    assert!(app.server.store().invitations(TeamId(5001), app.clock.now()).await.unwrap().is_empty());
}
