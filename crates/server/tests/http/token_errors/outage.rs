//! The database is away: 503 with `Retry-After`, never a word about the client's grant.

use super::told;
use crate::app::{BANDCAMP, CLIENT_CREDENTIALS, Client, EACH, STANDARD, TestApp, refresh};

#[tokio::test]
async fn everywhere() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "read").await;
    app.server.store().close().await;
    let error_first = r#"503 | retry-after: 2 | {"error":"temporarily_unavailable","error_description":"The server cannot answer now; try again"}"#;
    let description_first = r#"503 | retry-after: 2 | {"error_description":"The server cannot answer now; try again","error":"temporarily_unavailable"}"#;
    for client in EACH {
        let expected = if client.api == BANDCAMP.api { description_first } else { error_first };
        // An app that is not in memory.
        let answer = app.send(Client { id: "77", ..client }.token(&grant(client))).await;
        assert_eq!(told(&answer), expected, "{}", client.api);
    }
    let refused = app.send(STANDARD.token(&refresh(&tokens.refresh))).await;
    assert_eq!(told(&refused), error_first);

    // What needs no database goes on.
    app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    assert_eq!(app.send(crate::app::Call::get("/standard/x").bearer(&tokens.access)).await.status, 200);
}

/// A page says so too.
#[tokio::test]
async fn at_the_authorization_endpoint() {
    let app = TestApp::new().await;
    app.server.store().close().await;
    let answer = app.send(crate::app::Call::get(&STANDARD.authorize(&[]))).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
    assert!(answer.text().contains("Nothing was lost"), "{}", answer.shown());
}

/// A grant that each dialect offers.
fn grant(client: Client) -> [(&'static str, &'static str); 2] {
    match client.api {
        "spotify-ads" => refresh("x"),
        _ => [CLIENT_CREDENTIALS[0], ("other", "ignored")],
    }
}
