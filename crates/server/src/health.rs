//! `/healthz` and `/readyz`: whether the process lives, and whether it can do its work. They say one word, and nothing that a
//! stranger could use.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use stagedoor_protocol::keys::Purpose;

use crate::Server;
use crate::browser::plain;

/// A database that takes longer is as good as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer at one of the two paths.
pub(crate) async fn answer(server: &Server, path: &str, method: &Method) -> Option<Response> {
    let known = matches!(path, "/healthz" | "/readyz");
    if !known {
        return None;
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Some(only_get());
    }
    let trouble = if path == "/readyz" { trouble(server).await } else { None };
    let mut response = match trouble {
        None => plain(StatusCode::OK, "ok\n"),
        Some(word) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{word}\n")),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

/// Says which method is taken.
pub(crate) fn only_get() -> Response {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "This takes GET.\n");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// Why it cannot do its work, in one word.
async fn trouble(server: &Server) -> Option<&'static str> {
    if server.insight.stopping.load(Ordering::Relaxed) {
        return Some("stopping");
    }
    match tokio::time::timeout(PATIENCE, server.store().check()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the store does not answer");
            return Some("store");
        }
        Err(_) => {
            tracing::warn!(seconds = PATIENCE.as_secs(), "not ready: the store takes too long");
            return Some("store");
        }
    }
    let now = server.clock().now();
    let usable = server.apis().iter().all(|api| {
        let keys = &api.rules.keys;
        keys.tag(Purpose::AccessToken, keys.active(Purpose::AccessToken, now), &[]).is_some()
    });
    (!usable).then_some("keys")
}
