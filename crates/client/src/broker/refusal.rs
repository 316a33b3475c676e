//! Why the broker itself answers, in place of the provider: one variant per reason, with the next step. The only place that
//! makes error answers.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use serde_json::json;
use stagedoor_wire::Timestamp;

use super::applications::KEY_HEADER;
use super::body::Body;
use crate::exchange::{ExchangeError, used_up};
use crate::source::SourceError;
use crate::vault::CoolDownKind;

/// When to try again where nobody said.
const AGAIN_SECONDS: u32 = 5;

#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(
        "this answers requests for localhost, 127.0.0.1 and [::1] alone, named once in Host: use http://localhost/NAME/path"
    )]
    Host,
    #[error(
        "web pages may not use the broker: the request carries Origin or Sec-Fetch-Site, which browsers send"
    )]
    Browser,
    #[error("TRACE and CONNECT are not passed on")]
    Method,
    #[error(
        "the path leads somewhere else than it says ('.' and '..' segments, control characters, repeated encoding): spell it out"
    )]
    Path,
    #[error(
        "there is nothing here: /NAME/path reaches the API of the credential NAME, and /_broker/status says what there is"
    )]
    Nothing,
    #[error("/_broker/ answers GET on the Unix socket alone")]
    SocketOnly,
    #[error(
        "no rule lets {method} {path} through for {name}: `stagedoor broker --allow {name}:{method}:/path-prefix` would"
    )]
    NotAllowed { name: String, method: String, path: String },
    #[error(
        "the token of {name} is not handed out, because rules narrow what may be asked of it: call /{name}/path"
    )]
    TokenKept { name: String },
    #[error(
        "the header {KEY_HEADER} is missing: `stagedoor broker key add APP` makes a key; on the Unix socket none is needed"
    )]
    KeyMissing,
    #[error("the header {KEY_HEADER} is there more than once: one key says who asks")]
    KeyRepeated,
    #[error("the key in {KEY_HEADER} is not known, or was removed: `stagedoor broker key add APP` makes one")]
    KeyUnknown,
    #[error("the key of {app} is not for {name}: `stagedoor broker key list` shows what it is for")]
    KeyNotFor { app: String, name: String },
    #[error("{title} wants no requests of this app: {what} until {until}. Nothing is sent before", what = used_up(*.why))]
    CoolingDown { title: String, why: CoolDownKind, until: Timestamp, seconds: u32 },
    #[error(transparent)]
    Source(SourceError),
    #[error("{0}")]
    Fault(String),
    #[error("cannot reach {title}: {why}. Check the network; `stagedoor doctor` tells more")]
    Unreachable { title: String, why: String },
    #[error(
        "{title} broke the answer off: {why}. It may have acted on the request all the same: look before you repeat it"
    )]
    BrokenOff { title: String, why: String },
    #[error(
        "{title} sent nothing for {seconds} s. It may have acted on the request all the same: look before you repeat it"
    )]
    Silent { title: String, seconds: u64 },
    #[error("the request's body ended early")]
    BodyBrokenOff,
    #[error("the request's body was not there after {seconds} s")]
    BodySlow { seconds: u64 },
}

impl From<SourceError> for Refusal {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl Refusal {
    /// A short constant name of the reason.
    pub(super) fn code(&self) -> &'static str {
        self.parts().1
    }

    fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Host => (StatusCode::FORBIDDEN, "host_refused"),
            Self::Browser => (StatusCode::FORBIDDEN, "browser_refused"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method_refused"),
            Self::Path => (StatusCode::BAD_REQUEST, "path_refused"),
            Self::Nothing => (StatusCode::NOT_FOUND, "nothing_here"),
            Self::SocketOnly => (StatusCode::FORBIDDEN, "socket_only"),
            Self::NotAllowed { .. } => (StatusCode::FORBIDDEN, "not_allowed"),
            Self::TokenKept { .. } => (StatusCode::FORBIDDEN, "token_kept"),
            Self::KeyMissing => (StatusCode::UNAUTHORIZED, "key_missing"),
            Self::KeyRepeated => (StatusCode::BAD_REQUEST, "key_repeated"),
            Self::KeyUnknown => (StatusCode::UNAUTHORIZED, "key_unknown"),
            Self::KeyNotFor { .. } => (StatusCode::FORBIDDEN, "key_not_for_this"),
            Self::CoolingDown { .. } => (StatusCode::TOO_MANY_REQUESTS, "cooling_down"),
            Self::Source(error) => source_parts(error),
            Self::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, "broker_failed"),
            Self::Unreachable { .. } => (StatusCode::BAD_GATEWAY, "unreachable"),
            Self::BrokenOff { .. } => (StatusCode::BAD_GATEWAY, "broken_off"),
            Self::Silent { .. } => (StatusCode::GATEWAY_TIMEOUT, "silent"),
            Self::BodyBrokenOff => (StatusCode::BAD_REQUEST, "body_broken_off"),
            Self::BodySlow { .. } => (StatusCode::REQUEST_TIMEOUT, "body_slow"),
        }
    }

    fn again_seconds(&self) -> Option<u32> {
        match self {
            Self::CoolingDown { seconds, .. } => Some(*seconds),
            Self::Source(SourceError::Exchange(error)) => match &**error {
                ExchangeError::RateLimited { seconds, .. } => Some(*seconds),
                ExchangeError::CoolingDown { cool_down, .. } => Some(cool_down.seconds),
                error => error.is_passing().then_some(AGAIN_SECONDS),
            },
            Self::Source(error) => error.is_passing().then_some(AGAIN_SECONDS),
            _ => None,
        }
    }

    /// The answer.
    pub(super) fn answer(&self) -> Response<Body> {
        let (status, code) = self.parts();
        let body = json!({"error": code, "error_description": self.to_string()}).to_string();
        let mut response = Response::new(Body::whole(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.again_seconds() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Never 401: the caller's own key is not what is wrong.
fn source_parts(error: &SourceError) -> (StatusCode, &'static str) {
    match error {
        SourceError::Unknown(_) => (StatusCode::NOT_FOUND, "unknown_credential"),
        SourceError::SignIn { .. } | SourceError::AnswerLost { .. } => {
            (StatusCode::BAD_GATEWAY, "sign_in_needed")
        }
        SourceError::Vault(_) => (StatusCode::INTERNAL_SERVER_ERROR, "vault_failed"),
        SourceError::Exchange(error) => match &**error {
            ExchangeError::RateLimited { .. } | ExchangeError::CoolingDown { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "cooling_down")
            }
            error if error.is_passing() => (StatusCode::SERVICE_UNAVAILABLE, "no_token_now"),
            _ => (StatusCode::BAD_GATEWAY, "no_token"),
        },
        SourceError::Elsewhere(_) | SourceError::Patience { .. } | SourceError::CutOff(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "no_token_now")
        }
    }
}
