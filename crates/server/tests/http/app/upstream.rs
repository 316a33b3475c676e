//! What stands behind the gateway: it says what reached it.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::AppendHeaders;
use serde_json::{Map, json};

pub(super) fn echo() -> Router {
    Router::new().fallback(async |request: Request| {
        let (parts, body) = request.into_parts();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Map<_, _> = parts
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id" && *name != "traceparent")
            .map(|(name, value)| (name.to_string(), text(value.as_bytes()).into()))
            .collect();
        let body = json!({
            "method": parts.method.as_str(),
            "uri": parts.uri.to_string(),
            "headers": headers,
            "body": to_bytes(body, usize::MAX).await.map_or("cut off".to_owned(), |body| text(&body)),
        });
        // What it is called is told beside what it says.
        let heard_as =
            parts.headers.get("x-request-id").map(|id| [(HeaderName::from_static("x-heard-as"), id.clone())]);
        let asked =
            parts.headers.get("x-answer-with").and_then(|value| value.to_str().ok()?.split_once(": "));
        let more = asked.map(|(name, value)| [(name.to_owned(), value.to_owned())]);
        (
            more.map(AppendHeaders),
            heard_as.map(AppendHeaders),
            [(CONTENT_TYPE, "application/json")],
            body.to_string(),
        )
    })
}
