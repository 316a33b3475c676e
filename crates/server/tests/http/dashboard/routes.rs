//! What holds for every page and form: each of these walks the list of all routes.

use stagedoor_server::dashboard::{BASE, routes};

use super::{OWNER, STRANGER, VIEWER, signed_in};
use crate::app::{Browser, Call, TestApp};

/// What needs nobody.
const OPEN: [&str; 2] = ["Nobody", "Link"];

/// A route's address, about an app of Night Ferry Records and about that team.
pub(super) fn address(path: &str) -> String {
    let parameters: &[&str] = match path.split('/').next() {
        Some("apps") => &["spotify", "5f2a1c9e8b7d4036a1e2c3d4f5061728"],
        _ => &["5001", "7003"],
    };
    let filled = parameters.iter().fold(path.to_owned(), |path, value| path.replacen("{}", value, 1));
    format!("{BASE}/{filled}").trim_end_matches('/').to_owned()
}

fn call(method: &str, path: &str) -> Call {
    let call = Call::new(method, &address(path));
    if method == "POST" { call.form("") } else { call }
}

#[tokio::test]
async fn strangers_are_led_to_the_sign_in() {
    let app = TestApp::new().await;
    for (method, path, needs) in routes().filter(|(_, _, needs)| !OPEN.contains(&needs.as_str())) {
        let mut browser = Browser::new(&app);
        let answer = browser.send(call(method, path)).await;
        assert_eq!(answer.status / 100, 3, "{method} {path} {needs}: {}", answer.shown());
        assert!(
            answer.header("location").starts_with("/dashboard/sign-in?next=%2Fdashboard"),
            "{method} {path}"
        );
    }
}

/// Someone else's team and app are to them as if they were not there.
#[tokio::test]
async fn what_is_not_theirs_is_not_there() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, STRANGER).await;
    for (method, path, needs) in routes() {
        if OPEN.contains(&needs.as_str()) || needs == "Account" {
            continue;
        }
        let answer = browser.send(call(method, path)).await;
        assert_eq!(answer.status, 404, "{method} {path} {needs}: {}", answer.shown());
    }
}

/// A page has one address.
#[tokio::test]
async fn addresses_that_are_nearly_right() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    assert_eq!(browser.open("/dashboard/teams/5001").await.answer.status, 200);
    assert_eq!(browser.open("/dashboard/teams/5001/").await.answer.status, 200, "as people type it");
    for odd in ["teams/05001", "teams/+5001", "teams//5001", "/teams/5001", "teams/5001//apps"] {
        assert_eq!(browser.open(&format!("/dashboard/{odd}")).await.answer.status, 404, "{odd}");
    }
}

#[tokio::test]
async fn viewers_change_nothing() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, VIEWER).await;
    let mut refused = 0;
    for (method, path, needs) in routes() {
        let answer = browser.send(call(method, path)).await;
        if needs.contains("Developer") || needs.contains("Owner") {
            assert_eq!(answer.status, 403, "{method} {path} {needs}: {}", answer.shown());
            refused += 1;
        } else if needs.contains("Viewer") && method == "GET" {
            assert_eq!(answer.status, 200, "{method} {path} {needs}: {}", answer.shown());
        }
    }
    assert!(refused > 4);
}

/// RFC 9700 §4.7: a form of another site, and one without the token of this session and page, change nothing.
#[tokio::test]
async fn forms_of_others_are_refused() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, OWNER).await;
    let token = page.only("/dashboard/sign-out/leave").form(&[]);
    for (method, path, needs) in
        routes().filter(|(method, _, needs)| *method == "POST" && needs != "Administrator")
    {
        let foreign = call(method, path).header("origin", "https://evil.example");
        let answer = browser.send(foreign).await;
        assert_eq!(answer.status, 403, "{path} {needs}: {}", answer.shown());
        let foreign = call(method, path).header("sec-fetch-site", "cross-site");
        assert_eq!(browser.send(foreign).await.status, 403, "{path} {needs}");
        let answer = browser.send(call(method, path)).await;
        assert_eq!(answer.status, 409, "{path} {needs}: {}", answer.shown());
        if path != "sign-out/leave" {
            // That of another page.
            let answer = browser.send(token.clone().at(|_| address(path))).await;
            assert_eq!(answer.status, 409, "{path} {needs}: {}", answer.shown());
        }
    }
}

/// Every answer forbids framing, foreign scripts and styles, and is kept by no cache.
#[tokio::test]
async fn pages_are_protected() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    for (method, path, _) in routes() {
        let answer = browser.send(call(method, path)).await;
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{method} {path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
