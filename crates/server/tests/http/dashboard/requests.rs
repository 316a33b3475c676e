//! Access on request: asked for, approved, declined.

use serde_json::json;

use super::{OWNER, signed_in};
use crate::admin::Administrator;
use crate::app::TestApp;

#[tokio::test]
async fn a_request_is_approved() {
    let app = TestApp::new().await;
    Administrator::of(&app)
        .done("PATCH", "accounts/critic@example.com", json!({"administrator": true}))
        .await;
    let (mut developer, _) = signed_in(&app, OWNER).await;
    let page = developer.open("/dashboard/apps/new?api=spotify-ads").await.only("/dashboard/apps/new/create");
    let typed =
        [("api", "spotify-ads"), ("team", "5001"), ("name", "Sales"), ("purpose", "Monthly statements")];
    let asked = developer.submit_and_follow(&page, &typed).await;
    assert!(asked.shows("Your request was sent") && !asked.shows("The app is made"), "{}", asked.html());
    assert!(asked.shows("Your request waits for an answer") && !asked.html().contains("client-id-text"));

    let (mut administrator, _) = signed_in(&app, ("critic@example.com", "closing-night")).await;
    let page = administrator.open("/dashboard/administration/requests").await;
    assert!(page.shows("Monthly statements"), "{}", page.html());
    let form = page.html().split("<section").find(|section| section.contains("Monthly")).unwrap().to_owned();
    let client_id = form.split("name=\"client_id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let only = page.only("/dashboard/administration/requests/approve");
    let done =
        administrator.submit_and_follow(&only, &[("api", "spotify-ads"), ("client_id", client_id)]).await;
    assert!(done.shows("Approved.") && !done.shows("Monthly statements"), "{}", done.html());

    let page = developer.open(&format!("/dashboard/apps/spotify-ads/{client_id}")).await;
    assert!(page.html().contains("client-id-text") && page.shows("approved"));
}

#[tokio::test]
async fn a_review_is_answered_and_approved() {
    const SETTINGS: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/settings";
    let app = TestApp::new().await;
    Administrator::of(&app)
        .done("PATCH", "accounts/critic@example.com", json!({"administrator": true}))
        .await;
    let (mut developer, _) = signed_in(&app, OWNER).await;
    let (mut administrator, _) = signed_in(&app, ("critic@example.com", "closing-night")).await;
    let form = |page: crate::app::Page| page.only(&format!("{SETTINGS}/ask-for-review"));
    let named = [("api", "spotify"), ("client_id", "5f2a1c9e8b7d4036a1e2c3d4f5061728")];

    let page = form(developer.open(SETTINGS).await);
    let wrong = developer.submit(&page, &[("purpose", " ")]).await;
    assert!(wrong.answer.status == 422 && wrong.html().contains("purpose-error"), "{}", wrong.html());
    let asked = developer.submit_and_follow(&page, &[("purpose", "Setlists of the night")]).await;
    assert!(asked.shows("waits for an answer") && asked.shows("owner@example.com asked"), "{}", asked.html());
    let again = developer.submit(&page, &[("purpose", "Setlists")]).await;
    assert_eq!(again.answer.status, 409, "asked before");

    let page = administrator.open("/dashboard/administration/requests").await;
    assert!(page.shows("Setlists of the night"), "{}", page.html());
    let answer = page.only("/dashboard/administration/requests/answer");
    let wrong = administrator.submit(&answer, &[named[0], named[1], ("sentence", "")]).await;
    assert!(wrong.answer.status == 422 && wrong.html().contains("sentence-1-error"));
    let sentence = ("sentence", "Give it a website.");
    let done = administrator.submit_and_follow(&answer, &[named[0], named[1], sentence]).await;
    assert!(done.shows("Answered.") && !done.shows("Setlists of the night"), "{}", done.html());

    let page = developer.open(SETTINGS).await;
    assert!(page.shows("Answered: Give it a website.") && !page.shows("waits for an answer"));
    developer.submit_and_follow(&form(page), &[("purpose", "Setlists, https://setlist.example")]).await;
    let page = administrator.open("/dashboard/administration/requests").await;
    let approve = page.only("/dashboard/administration/requests/approve");
    administrator.submit_and_follow(&approve, &named).await;
    let page = developer.open(SETTINGS).await;
    assert!(page.shows("Approved.") && !page.html().contains("ask-for-review"), "{}", page.html());
}
