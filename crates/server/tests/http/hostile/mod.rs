//! Input nobody sends by accident: each endpoint answers in its own form with a 4xx, never a 5xx, and goes on.

mod bodies;
mod parameters;
mod paths;
mod random;
mod wire;

use stagedoor_wire::dialect::Dialect;
use stagedoor_wire::token_error::TokenError;

use crate::app::{Answer, BANDCAMP, CLIENT_CREDENTIALS, Client, EACH, STANDARD, TestApp};

/// What takes forms from programs.
fn form_endpoints() -> Vec<(Client, String)> {
    let more =
        ["/revoke", "/introspect", "/device_authorization"].map(|path| (STANDARD, STANDARD.path(path)));
    EACH.iter().map(|client| (*client, client.token_path())).chain(more).collect()
}

/// What shows pages.
const PAGES: [&str; 4] =
    ["/spotify/authorize", "/spotify-ads/authorize", "/standard/authorize", "/standard/device"];

/// A refusal in the spelling of the client's dialect.
fn is_token_error(client: &Client, what: &str, answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{what}: {}", answer.shown());
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let error = TokenError::read(answer.status, &answer.body);
    let error = error.unwrap_or_else(|| panic!("{what}: no token error: {}", answer.shown()));
    let first =
        if client.api == BANDCAMP.api && error.description.is_some() { "error_description" } else { "error" };
    assert_eq!(answer.json().as_object().unwrap().keys().next().unwrap(), first, "{what}");
    let printable =
        |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
    assert!(printable(&error.error) && error.description.is_none_or(|text| printable(&text)), "{what}");
}

/// A refusal in the shape of the API's errors.
fn is_api_error(client: &Client, what: &str, answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{what}: {}", answer.shown());
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    let dialect = Dialect::built_in(client.api).unwrap();
    assert!(dialect.api_errors.shape.read(&answer.body).is_some(), "{what}: {}", answer.shown());
}

/// A page with what protects it, whatever it says.
fn is_page(what: &str, answer: &Answer) {
    assert!(answer.status < 500, "{what}: {}", answer.shown());
    assert_eq!(answer.header("location"), "", "{what}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{what}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
}

/// Whether the server still does its work.
async fn goes_on(app: &TestApp) {
    app.clock.advance(24 * 3600);
    for client in [BANDCAMP, STANDARD] {
        app.tokens(&client, &CLIENT_CREDENTIALS).await;
    }
}
