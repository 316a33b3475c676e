//! What an app did, as its team sees it.

use stagedoor_server::usage;

use super::{OWNER, signed_in};
use crate::app::{Call, TestApp};

const PAGE: &str = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/usage";

#[tokio::test]
async fn after_traffic() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(PAGE).await;
    assert!(page.answer.status == 200 && page.shows("No requests in"), "{}", page.html());
    let id = "5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let ask =
        |secret| Call::post("/spotify/api/token").basic(id, secret).form("grant_type=client_credentials");
    let given = app.send(ask("5ec0de5ec0de5ec0de5ec0de5ec0de01")).await;
    let token = given.tokens().access;
    for _ in 0..3 {
        app.send(Call::get("/spotify/v1/artists/4Z8W4fKeB5YxbusRsdQVPb").bearer(&token)).await;
    }
    app.send(ask("not-the-secret-of-this-app")).await;
    usage::write_once(&app.server).await;

    let page = browser.open(PAGE).await;
    assert!(page.shows("GET /v1/artists/{id}"), "{}", page.html());
    assert!(page.html().contains("<svg") && page.shows("Why was I refused?"));
    assert!(!page.html().contains("style="), "the policy allows no style in a page");
    let file = browser.open(&format!("{PAGE}.csv?of=requests")).await;
    assert_eq!(file.answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.answer.text().lines().any(|line| line.contains(",3,")), "{}", file.answer.text());
    let nothing = browser.open(&format!("{PAGE}.csv?of=everything")).await;
    assert_eq!(nothing.answer.status, 404);
}
