//! Access on request: asked for, approved, declined.

use serde_json::json;

use super::{OWNER, STRANGER, signed_in};
use crate::admin::Administrator;
use crate::app::{Answer, Page, SPOTIFY, TestApp};

/// A form of the request or review that has this in it.
fn form_of(page: &Page, what: &str, does: &str) -> Page {
    let section = page.html().split("<section").find(|section| section.contains(what));
    let section = section.unwrap_or_else(|| panic!("{}", page.html())).to_owned();
    let answer = Answer { body: section.into(), ..page.answer.clone() };
    Page { answer }.only(&format!("/dashboard/administration/requests/{does}"))
}

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

    // It is read again and put better until it is answered.
    let id =
        asked.html().split("/dashboard/apps/spotify-ads/").nth(1).unwrap().split(['/', '"']).next().unwrap();
    let settings = format!("/dashboard/apps/spotify-ads/{id}/settings");
    let save = developer.open(&settings).await;
    assert!(save.shows("Monthly statements"), "{}", save.html());
    let save = save.only(&format!("{settings}/save"));
    let purpose = ("purpose", "Monthly statements of sales");
    let saved = developer.submit_and_follow(&save, &[("name", "Sales"), purpose]).await;
    assert!(saved.shows("Saved.") && saved.shows("statements of sales"), "{}", saved.html());

    let (mut administrator, _) = signed_in(&app, ("critic@example.com", "closing-night")).await;
    let page = administrator.open("/dashboard/administration/requests").await;
    assert!(page.shows("Monthly statements of sales"), "{}", page.html());
    assert!(page.shows("asked by <bdi>owner@example.com</bdi>"), "{}", page.html());
    let form = page.html().split("<section").find(|section| section.contains("Monthly")).unwrap().to_owned();
    let client_id = form.split("name=\"client_id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let approve = form_of(&page, "Monthly", "approve");
    let done = administrator.submit_and_follow(&approve, &[]).await;
    assert!(done.shows("Approved.") && !done.shows("Monthly statements"), "{}", done.html());

    let mails = app.server.mailbox().unwrap().all();
    assert_eq!(mails.len(), 1, "the owner, for a viewer asks for nothing");
    let letter = &mails[0].letter;
    assert_eq!(letter.to.as_str(), OWNER.0);
    assert!(letter.text.contains("was approved by an administrator"), "{}", letter.text);
    let page = developer.open(&format!("/dashboard/apps/spotify-ads/{client_id}")).await;
    assert!(page.html().contains("client-id-text") && page.shows("approved"));
}

/// The request is gone; why stands with the team's apps for a month.
#[tokio::test]
async fn a_request_is_declined() {
    let app = TestApp::new().await;
    let made = json!({ "administrator": true });
    Administrator::of(&app).done("PATCH", "accounts/critic@example.com", made).await;
    let (mut developer, _) = signed_in(&app, OWNER).await;
    let (mut administrator, _) = signed_in(&app, ("critic@example.com", "closing-night")).await;
    for (name, why, says) in [
        ("Sales", "Not <b>\r\n now.", "Sales (spotify-ads): Not <b> now."),
        ("Numbers", " ", "Numbers (spotify-ads)"),
    ] {
        let page = developer.open("/dashboard/apps/new").await.only("/dashboard/apps/new/create");
        let typed = [("api", "spotify-ads"), ("team", "5001"), ("name", name), ("purpose", "Statements")];
        let asked = developer.submit(&page, &typed).await.answer;
        let client_id = asked.header("location").split(['/', '?']).nth(4).unwrap().to_owned();
        let page = administrator.open("/dashboard/administration/requests").await;
        let decline = page.only("/dashboard/administration/requests/decline");
        let fields = [("api", "spotify-ads"), ("client_id", &client_id), ("sentence", &"x".repeat(501))];
        assert_eq!(administrator.submit(&decline, &fields).await.answer.status, 422);
        let fields = [fields[0], fields[1], ("sentence", why)];
        let done = administrator.submit_and_follow(&decline, &fields).await;
        assert!(done.shows("Declined: the request is gone."), "{}", done.html());
        let apps = developer.open("/dashboard/teams/5001/apps").await;
        assert!(apps.shows(&format!("Declined on 1 Jan 2026: <bdi>{says}</bdi>")), "{}", apps.html());
        assert!(!apps.html().contains("<b>"), "{}", apps.html());
    }
    assert_eq!(app.server.mailbox().unwrap().all().len(), 2);
    app.clock.advance(31 * 24 * 3600);
    let (mut developer, _) = signed_in(&app, OWNER).await;
    assert!(!developer.open("/dashboard/teams/5001/apps").await.shows("Declined on"));
}

/// An administrator approves what they saw: not what has another name or team since, and nothing that nobody asked for.
#[tokio::test]
async fn what_was_not_seen_is_not_approved() {
    const APP: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    const REQUESTS: &str = "/dashboard/administration/requests";
    let app = TestApp::new().await;
    Administrator::of(&app)
        .done("PATCH", "accounts/critic@example.com", json!({ "administrator": true }))
        .await;
    let (mut admin, _) = signed_in(&app, STRANGER).await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let settings = owner.open(&format!("{APP}/settings")).await;
    let ask = settings.only(&format!("{APP}/settings/ask-for-review"));
    owner.submit_and_follow(&ask, &[("purpose", "Set lists")]).await;
    let page = admin.open(REQUESTS).await;
    assert!(page.shows("Setlist") && page.shows("setlist://callback"), "{}", page.html());
    let approve = form_of(&page, "review-1", "approve");
    let save = settings.only(&format!("{APP}/settings/save"));
    owner.submit_and_follow(&save, &[("name", "Official Bank"), ("description", "")]).await;
    let stale = admin.submit(&approve, &[]).await;
    assert!(stale.answer.status == 409 && stale.shows("Changed meanwhile"), "{}", stale.html());
    assert!(!app.app(&SPOTIFY).await.reviewed);
    let page = admin.open(REQUESTS).await;
    let (approve, answer) = (form_of(&page, "review-1", "approve"), form_of(&page, "review-1", "answer"));
    admin.submit_and_follow(&answer, &[("sentence", "Say more.")]).await;
    assert_eq!(admin.submit(&approve, &[]).await.answer.status, 409, "nobody asks any more");
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
    let form = |page: Page| page.only(&format!("{SETTINGS}/ask-for-review"));
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
    let done = administrator.submit_and_follow(&form_of(&page, "review-1", "approve"), &[]).await;
    assert!(done.shows("Approved. The app is out of development"), "{}", done.html());
    let page = developer.open(SETTINGS).await;
    assert!(page.shows("Approved.") && !page.html().contains("ask-for-review"), "{}", page.html());
}
