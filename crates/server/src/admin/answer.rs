//! Answers that are no problems.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::idempotency::KeptAnswer;

/// What a call is answered.
pub(super) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// Members that hold a secret, or a list of them.
    secrets: &'static [&'static str],
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub(super) struct List<T> {
    items: Vec<T>,
    /// The `cursor` of the page behind this one; `null` on the last.
    next: Option<String>,
}

/// A time (RFC 3339).
#[derive(Serialize, JsonSchema)]
#[schemars(inline, extend("format" = "date-time"))]
pub(super) struct Time(String);

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time.to_string())
    }
}

impl<T> List<T> {
    /// All there is.
    pub(super) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

impl Answer {
    pub(super) fn ok(body: impl Serialize) -> Self {
        Self::of(StatusCode::OK, body)
    }

    pub(super) fn created(body: impl Serialize) -> Self {
        Self::of(StatusCode::CREATED, body)
    }

    fn of(status: StatusCode, body: impl Serialize) -> Self {
        // These types have names for keys and no maps of others, so they can be written.
        Self { status, body: Some(serde_json::to_value(body).unwrap_or_default()), secrets: &[] }
    }

    /// Done, and there is nothing to say of it.
    pub(super) fn done() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, secrets: &[] }
    }

    /// The same, whose members of these names are shown this once.
    pub(super) fn with_secrets(self, secrets: &'static [&'static str]) -> Self {
        Self { secrets, ..self }
    }

    /// A page of a list. `rows` were asked for with one more than the page holds: then there is a next page, behind the
    /// last row of this one.
    pub(super) fn page<T, V: Serialize>(
        mut rows: Vec<T>,
        limit: u32,
        cursor: impl FnOnce(&T) -> String,
        show: impl FnMut(&T) -> V,
    ) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self::ok(List { items: rows.iter().map(show).collect(), next })
    }

    /// What is kept of it.
    pub(super) fn kept(&self) -> KeptAnswer {
        let mut body = self.body.clone();
        if let Some(Value::Object(members)) = &mut body {
            for name in self.secrets {
                match members.get_mut(*name) {
                    Some(Value::Array(list)) => list.clear(),
                    _ => drop(members.shift_remove(*name)),
                }
            }
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        KeptAnswer { status: self.status.as_u16(), body }
    }

    pub(super) fn into_response(self) -> Response {
        let Some(body) = self.body else { return respond(self.status, "", Body::empty()) };
        respond(self.status, JSON, Body::from(body.to_string()))
    }
}

const JSON: &str = "application/json";

/// An answer that was kept.
pub(super) fn again(kept: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let media_type = if kept.body.is_empty() { "" } else { JSON };
    let mut response = respond(status, media_type, Body::from(kept.body));
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
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
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
