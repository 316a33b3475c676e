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
        [("api", "spotify-ads"), ("team", "5001"), ("name", "Sales"), ("description", "Monthly statements")];
    let asked = developer.submit_and_follow(&page, &typed).await;
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
