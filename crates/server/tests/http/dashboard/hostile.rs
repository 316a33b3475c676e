//! Names and values that strangers chose, on every page (OWASP ASVS 5.3.3): stored, and reflected from the address.

use serde_json::json;
use stagedoor_server::dashboard::routes;

use super::routes::address;
use super::{OWNER, signed_in};
use crate::admin::Administrator;
use crate::app::TestApp;

/// Ends an attribute, a title and a text area, and runs a script.
const NAME: &str = "\"'></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)>";
/// Where it is no name: also turns the text around (UAX #9).
const HOSTILE: &str = "\"'></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}";

#[tokio::test]
async fn are_shown_and_never_run() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let app_path = "apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let described = json!({ "name": NAME, "description": HOSTILE });
    admin.done("PATCH", app_path, described).await;
    admin.done("POST", &format!("{app_path}/secrets"), json!({ "name": NAME })).await;
    admin.done("PATCH", "teams/5001", json!({ "name": NAME })).await;
    admin.done("PATCH", "accounts/7003", json!({ "name": NAME, "administrator": true })).await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let typed: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            [
                "done", "next", "email", "name", "actor", "since", "behind", "api", "team", "uri", "period",
                "endpoint", "of",
            ]
            .map(|name| (name, HOSTILE)),
        )
        .finish();
    let mut seen = 0;
    for (_, path, _) in routes().filter(|(method, _, _)| *method == "GET") {
        for query in ["", "?", &format!("?{typed}")] {
            let address = format!("{}{query}", address(path));
            let page = browser.open(&address).await;
            if !page.answer.header("content-type").starts_with("text/html") {
                continue;
            }
            let html = page.html();
            for harm in ["<script>alert", "<img", "\u{202e}", "'></title>", "\"'>"] {
                assert!(!html.contains(harm), "{address}: {harm:?} in {html}");
            }
            seen += html.matches("onerror=alert(2)").count();
        }
    }
    assert!(seen > 5, "the names are shown: {seen}");
}
