//! The one place that makes answers of the OAuth endpoints: tokens, JSON and errors in the dialect's spelling.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use stagedoor_protocol::Refusal;
use stagedoor_wire::dialect::ClientAuthenticationMethod;
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_error::{TokenError, TokenErrorKind};

use crate::api::Api;
use crate::settle::Stop;

/// Seconds a caller is asked to wait when the database is away.
pub(crate) const UNAVAILABLE_SECONDS: u32 = 2;

/// A token answer. `no-store` as RFC 6749 §5.1 demands.
pub(crate) fn token(api: &Api, answer: &TokenAnswer) -> Response {
    json(StatusCode::OK, answer.write(api.dialect()))
}

/// A JSON body that must not be kept.
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    // Room for those that other origins get: growing costs more than all of them.
    headers.reserve(12);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Why there is no token.
pub(crate) fn stop(api: &Api, stop: &Stop) -> Response {
    match stop {
        Stop::Refused(refusal) => refused(api, refusal),
        Stop::Limited { retry_after_seconds } => {
            with_retry_after(error(api, TokenErrorKind::TooManyRequests, ""), *retry_after_seconds)
        }
        Stop::Unavailable => {
            with_retry_after(error(api, TokenErrorKind::Unavailable, ""), UNAVAILABLE_SECONDS)
        }
    }
}

fn refused(api: &Api, refusal: &Refusal) -> Response {
    tracing::debug!(api = %api.rules.api, %refusal, "token request refused");
    let (kind, detail) = refusal.kind();
    api.figures.oauth_refused(kind);
    let mut spelled = TokenError::spell(api.dialect(), kind, detail);
    // The kind is that of authorization codes, and so are a dialect's words.
    if matches!(refusal, Refusal::DeviceCodeUnknown) {
        spelled.description = Some("The device code is unknown, or another client's".to_owned());
    }
    let mut response = spelt(api, &spelled);
    if matches!(refusal, Refusal::Method) {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// An error in the dialect's spelling; a 401 names the scheme to use (RFC 6749 §5.2).
pub(crate) fn error(api: &Api, kind: TokenErrorKind, detail: &str) -> Response {
    api.figures.oauth_refused(kind);
    spelt(api, &TokenError::spell(api.dialect(), kind, detail))
}

fn spelt(api: &Api, spelled: &TokenError) -> Response {
    let status = StatusCode::from_u16(spelled.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = json(status, spelled.write(api.dialect()));
    let basic = api.dialect().client_authentication.methods.contains(&ClientAuthenticationMethod::Basic);
    if status == StatusCode::UNAUTHORIZED && basic {
        // RFC 9110 §5.5: what is no ASCII reads differently to each client.
        let is_safe = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
        let realm: String = api.dialect().title.chars().filter(is_safe).collect();
        let challenge = format!("Basic realm=\"{realm}\"");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// The answer where there is something to read and nothing to send.
pub(super) fn only_get() -> Response {
    let body = json!({"error": "invalid_request", "error_description": "This takes GET"});
    let mut response = json(StatusCode::METHOD_NOT_ALLOWED, body.to_string());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// Adds `Retry-After` in whole seconds.
pub(crate) fn with_retry_after(mut response: Response, seconds: u32) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

/// The answer to a browser that asks whether it may call (Fetch standard, CORS-preflight).
pub(crate) fn preflight(api: &Api) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    *response.headers_mut() = api.cors.clone();
    response
}
