//! The one place that makes error answers in front of an API.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use stagedoor_store::StoreError;
use stagedoor_wire::api_error::{ApiError, ApiErrorKind};

use super::limit::Share;
use super::upstream::Fault;
use crate::api::Api;
use crate::figures::UpstreamFault;
use crate::http::reply::{UNAVAILABLE_SECONDS, with_retry_after};
use crate::request::{RequestId, current_id};

/// Why a call does not pass.
pub(crate) enum Refused {
    Kind(ApiErrorKind),
    Limited {
        kind: ApiErrorKind,
        retry_after_seconds: u32,
        share: Option<Share>,
    },
    /// The body stopped coming.
    BodyLate,
    /// The call passes, and there is no answer.
    Upstream(Fault),
    Unavailable,
}

impl Refused {
    /// Why, where it is for a reason of the caller's.
    pub(crate) fn kind(&self) -> Option<ApiErrorKind> {
        match self {
            Self::Kind(kind) | Self::Limited { kind, .. } => Some(*kind),
            Self::BodyLate | Self::Upstream(_) | Self::Unavailable => None,
        }
    }
}

impl From<ApiErrorKind> for Refused {
    fn from(kind: ApiErrorKind) -> Self {
        Self::Kind(kind)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store unavailable");
        Self::Unavailable
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Upstream(fault)
    }
}

/// The dialect's answer.
pub(crate) fn response(api: &Api, refused: &Refused) -> Response {
    match refused {
        Refused::Kind(kind) => {
            tracing::debug!(api = %api.rules.api, ?kind, "call refused");
            spell(api, *kind)
        }
        Refused::Limited { kind, retry_after_seconds, share } => {
            let mut response = with_retry_after(spell(api, *kind), *retry_after_seconds);
            if let Some(share) = share {
                share.finish(api, &mut response);
            }
            response
        }
        Refused::BodyLate => closing(StatusCode::REQUEST_TIMEOUT),
        Refused::Upstream(fault) => without_answer(api, fault),
        Refused::Unavailable => with_retry_after(spell(api, ApiErrorKind::Unavailable), UNAVAILABLE_SECONDS),
    }
}

/// What went wrong is for the log alone.
fn without_answer(api: &Api, fault: &Fault) -> Response {
    let name = &api.rules.api;
    let status = match fault {
        Fault::TooLarge => return closing(StatusCode::PAYLOAD_TOO_LARGE),
        Fault::Unreachable(error) => {
            api.figures.upstream_failed(UpstreamFault::Unreachable);
            tracing::warn!(api = %name, error, "the upstream cannot be reached");
            StatusCode::BAD_GATEWAY
        }
        Fault::TooSlow(patience) => {
            api.figures.upstream_failed(UpstreamFault::TooSlow);
            let patience_seconds = patience.as_secs();
            tracing::warn!(api = %name, patience_seconds, "the upstream does not answer");
            StatusCode::GATEWAY_TIMEOUT
        }
    };
    let mut response = spell(api, ApiErrorKind::Unavailable);
    *response.status_mut() = status;
    response
}

/// No provider is known to have words for it; the status says it all (RFC 9110 §§15.5.9, 15.5.14).
fn closing(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn spell(api: &Api, kind: ApiErrorKind) -> Response {
    api.figures.gateway_refused(kind);
    // What the caller shows to whoever runs this server is then found in the log.
    let id = current_id().unwrap_or_else(RequestId::random);
    let error = ApiError::spell(api.dialect(), kind, id.as_str());
    let mut response = Response::new(Body::from(error.body));
    *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=0"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(challenge) = error.challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
