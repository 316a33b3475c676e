//! Answers that are no problems.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

/// What a call is answered.
pub(super) struct Answer {
    status: StatusCode,
    body: Option<Value>,
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body) }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body) }
    }

    /// Done, and there is nothing to say of it.
    pub(super) fn done() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }

    /// A page of a list. `rows` were asked for with one more than the page holds: then there is a next page, behind the
    /// last row of this one.
    pub(super) fn page<T>(
        mut rows: Vec<T>,
        limit: u32,
        cursor: impl FnOnce(&T) -> String,
        show: impl FnMut(&T) -> Value,
    ) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self::ok(json!({ "items": rows.iter().map(show).collect::<Vec<_>>(), "next": next }))
    }

    pub(super) fn into_response(self) -> Response {
        let Some(body) = self.body else { return respond(self.status, "", Body::empty()) };
        respond(self.status, "application/json", Body::from(body.to_string()))
    }
}

/// A response that nobody keeps: it may hold a secret that is shown once.
pub(super) fn respond(status: StatusCode, media_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !media_type.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
