//! The least API there is: it says who called. Stands behind dialects that have no resources of their own here.

use axum::Router;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::json;

/// `GET /whoami`, and `GET /profile` for a call that needs a scope.
pub fn whoami() -> Router {
    Router::new().route("/whoami", get(tell)).route("/profile", get(tell)).fallback(async || {
        (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], r#"{"error":"not_found"}"#)
    })
}

async fn tell(headers: HeaderMap) -> ([(HeaderName, &'static str); 1], String) {
    let told = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let body = json!({
        "app": told("x-stagedoor-app"),
        "team": told("x-stagedoor-team"),
        "account": told("x-stagedoor-account"),
        "scopes": told("x-stagedoor-scopes"),
    });
    ([(CONTENT_TYPE, "application/json")], body.to_string())
}
