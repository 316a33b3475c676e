//! A body ready to be sent, and its conditional form (Spotify, API calls: ETag and If-None-Match).

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, StatusCode, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub(super) struct Rendered {
    body: Bytes,
    etag: HeaderValue,
}

impl Rendered {
    pub(super) fn new(value: &Value) -> Rendered {
        let body = serde_json::to_string_pretty(value).expect("a value has only text for names");
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        Rendered {
            body: body.into(),
            etag: HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("")),
        }
    }

    pub(super) fn reply(&self, seen: &Seen) -> Response {
        let mut response = if seen.is(&self.etag) {
            let mut unchanged = Response::new(Body::empty());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged
        } else {
            let mut whole = Response::new(Body::from(self.body.clone()));
            whole.headers_mut().insert(CONTENT_TYPE, JSON);
            whole
        };
        response.headers_mut().insert(ETAG, self.etag.clone());
        response
    }
}

/// What the client holds already, by its `If-None-Match`.
pub(super) struct Seen(Option<HeaderValue>);

impl Seen {
    /// RFC 9110 §13.1.2: any of a list, compared weakly.
    fn is(&self, etag: &HeaderValue) -> bool {
        let Some(seen) = self.0.as_ref().and_then(|sent| sent.to_str().ok()) else { return false };
        let mut tags = seen.split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes())
    }
}

impl<S: Sync> FromRequestParts<S> for Seen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Seen(parts.headers.get(IF_NONE_MATCH).cloned()))
    }
}
