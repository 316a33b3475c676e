//! What stands in front of an API refuses: one kind per reason, in the dialect's shape (RFC 6750 §3).

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Dialect;

/// How a dialect spells one error; what is left out keeps the default.
#[derive(Deserialize, Clone, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApiErrorText {
    /// HTTP status, 200 or 400 to 599.
    pub status: Option<u16>,
    /// The text a developer reads.
    pub message: Option<String>,
    /// Whether the answer carries `WWW-Authenticate: Bearer` (RFC 6750 §3).
    pub challenge: Option<bool>,
}

macro_rules! api_error_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident $field:ident = $status:literal $code:literal $challenge:literal $message:literal;)+) => {
        /// Why an API call is refused before it reaches the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ApiErrorKind { $($(#[doc = $doc])+ $kind,)+ }

        /// A dialect's own spellings, by kind.
        #[derive(Deserialize, Clone, Debug, Default)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct ApiErrorTexts { $($(#[doc = $doc])+ pub $field: Option<ApiErrorText>,)+ }

        impl ApiErrorKind {
            /// All kinds.
            pub const ALL: &[ApiErrorKind] = &[$(ApiErrorKind::$kind,)+];

            /// Status, RFC 6750 §3.1 code (empty: none), whether `WWW-Authenticate` is sent, and text, where the
            /// dialect says nothing else.
            pub fn default_text(self) -> (u16, &'static str, bool, &'static str) {
                match self { $(ApiErrorKind::$kind => ($status, $code, $challenge, $message),)+ }
            }

            /// The kind's name in a dialect file.
            pub fn field(self) -> &'static str {
                match self { $(ApiErrorKind::$kind => stringify!($field),)+ }
            }

            fn own_text(self, texts: &ApiErrorTexts) -> Option<&ApiErrorText> {
                match self { $(ApiErrorKind::$kind => texts.$field.as_ref(),)+ }
            }
        }
    };
}

// kind, name in a dialect file = status, RFC 6750 §3.1 code (empty: none), WWW-Authenticate or not, text
api_error_kinds! {
    /// No credentials.
    TokenMissing token_missing = 401 "" true "No access token was sent";
    /// Not `Bearer`, or no token behind it.
    TokenMalformed token_malformed = 400 "invalid_request" true "The Authorization header is not Bearer and a token";
    /// Not one of our tokens, or another API's.
    TokenUnknown token_unknown = 401 "invalid_token" true "The access token is invalid";
    /// The token has expired.
    TokenExpired token_expired = 401 "invalid_token" true "The access token has expired";
    /// The token, its grant, app, team or account was revoked.
    TokenRevoked token_revoked = 401 "invalid_token" true "The access token was revoked";
    /// The token lacks a scope.
    ScopeMissing scope_missing = 403 "insufficient_scope" true "The access token lacks a scope this call needs";
    /// The app is not on the allow-list of this API.
    AppNotListed app_not_listed = 403 "" false "This app is not approved for this API";
    /// The user is not on the app's allow-list.
    UserNotListed user_not_listed = 403 "" false "This user is not registered for this app";
    /// The legacy key is unknown or wrong.
    LegacyKeyWrong legacy_key_wrong = 401 "" false "The API key is unknown or wrong";
    /// The rate limit is reached; the answer carries `Retry-After`.
    RateLimited rate_limited = 429 "" false "Too many requests";
    /// The quota is used up; the answer carries `Retry-After`.
    QuotaExhausted quota_exhausted = 429 "" false "The quota is used up";
    /// The request cannot be read.
    Malformed malformed = 400 "" false "The request is malformed";
    /// Nothing stands at this path.
    NotFound not_found = 404 "" false "Not found";
    /// The database or the API is away; the answer carries `Retry-After`.
    Unavailable unavailable = 503 "" false "The server cannot answer now; try again";
    /// A fault of the server.
    ServerError server_error = 500 "" false "The server failed";
}

/// How a dialect spells its API errors.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApiErrors {
    /// The body's shape.
    pub shape: ApiErrorShape,
    /// `realm` of the `WWW-Authenticate` header.
    pub realm: String,
    /// Spellings that differ from the default, by kind.
    #[serde(default)]
    pub text: ApiErrorTexts,
}

/// The shape of an API error's body.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ApiErrorShape {
    /// `{"error": "…", "error_description": "…"}`.
    Oauth,
    /// `{"error": {"status": 401, "message": "…"}}` over several lines, two blanks a level.
    StatusObject,
    /// `{"error": true, "error_message": "…"}`.
    Flag,
    /// `{"errors": [{"key": "…", "code": 401, "message": "…"}]}`.
    List,
    /// `{"sp_trace_id": "…", "messages": ["…"], "error_codes": []}`.
    Trace,
}

impl ApiErrorShape {
    /// The body. `key` is a short constant name of the reason, `trace` names the request.
    pub fn write(self, status: u16, key: &str, message: &str, trace: &str) -> Vec<u8> {
        match self {
            Self::Oauth => json!({"error": key, "error_description": message}).to_string().into_bytes(),
            Self::StatusObject => {
                format!("{:#}", json!({"error": {"status": status, "message": message}})).into_bytes()
            }
            Self::Flag => json!({"error": true, "error_message": message}).to_string().into_bytes(),
            Self::List => {
                json!({"errors": [{"key": key, "code": status, "message": message}]}).to_string().into_bytes()
            }
            Self::Trace => json!({"sp_trace_id": trace, "messages": [message], "error_codes": []})
                .to_string()
                .into_bytes(),
        }
    }

    /// The text a developer reads, out of a body in this shape.
    pub fn read(self, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let message = match self {
            Self::Oauth => body.get("error_description"),
            Self::StatusObject => body.pointer("/error/message"),
            Self::Flag => body.get("error_message"),
            Self::List => body.pointer("/errors/0/message"),
            Self::Trace => body.pointer("/messages/0"),
        };
        message.and_then(Value::as_str).map(str::to_owned)
    }
}

/// The text a developer reads, out of the body of any provider: in the dialect's shape, or in another's, because what
/// stands in front of an API often answers in its own.
pub fn read_message(dialect: &Dialect, body: &[u8]) -> Option<String> {
    let shapes =
        [ApiErrorShape::Oauth, ApiErrorShape::StatusObject, ApiErrorShape::Flag, ApiErrorShape::List];
    let own = dialect.api_errors.shape;
    let top_level = || {
        let body: Value = serde_json::from_slice(body).ok()?;
        body.get("message").and_then(Value::as_str).map(str::to_owned)
    };
    std::iter::once(own)
        .chain(shapes)
        .chain([ApiErrorShape::Trace])
        .find_map(|shape| shape.read(body))
        .or_else(top_level)
}

/// Which of the two a 429 means: the quota is used up where the dialect's header says that nothing is left, where the
/// text is the dialect's text for it, or where the body gives that reason (Spotify, since July 2026).
pub fn limit_reached(dialect: &Dialect, quota_remaining: Option<&[u8]>, body: &[u8]) -> ApiErrorKind {
    let text = ApiError::spell(dialect, ApiErrorKind::QuotaExhausted, "").body;
    let own_text = dialect.api_errors.shape.read(&text);
    let said = read_message(dialect, body);
    let reason = serde_json::from_slice::<Value>(body).ok();
    let reason = reason.as_ref().and_then(|body| body.pointer("/error/reason")).and_then(Value::as_str);
    let nothing_left = quota_remaining.is_some_and(|left| left.trim_ascii() == b"0");
    if nothing_left || reason == Some("QUOTA_EXCEEDED") || (said.is_some() && said == own_text) {
        ApiErrorKind::QuotaExhausted
    } else {
        ApiErrorKind::RateLimited
    }
}

/// A refusal in a dialect's spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// The `WWW-Authenticate` header.
    pub challenge: Option<String>,
}

impl ApiError {
    /// The dialect's spelling of `kind`; `trace` names the request.
    pub fn spell(dialect: &Dialect, kind: ApiErrorKind, trace: &str) -> Self {
        let errors = &dialect.api_errors;
        let (status, code, challenge, message) = kind.default_text();
        let own = kind.own_text(&errors.text);
        let status = own.and_then(|text| text.status).unwrap_or(status);
        let message = own.and_then(|text| text.message.as_deref()).unwrap_or(message);
        let challenge = own.and_then(|text| text.challenge).unwrap_or(challenge);
        let key = if code.is_empty() { kind.field() } else { code };
        Self {
            status,
            body: errors.shape.write(status, key, message, trace),
            challenge: challenge.then(|| write_challenge(&errors.realm, code, message)),
        }
    }
}

fn write_challenge(realm: &str, code: &str, message: &str) -> String {
    // RFC 6750 §3 admits no other characters in a description; the body holds the text in any case.
    let legal = |byte| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    match code {
        "" => format!("Bearer realm=\"{realm}\""),
        _ if !message.bytes().all(legal) => format!("Bearer realm=\"{realm}\", error=\"{code}\""),
        _ => format!("Bearer realm=\"{realm}\", error=\"{code}\", error_description=\"{message}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_in_every_dialect_is_read_back() {
        for dialect in Dialect::all_built_in() {
            for &kind in ApiErrorKind::ALL {
                let error = ApiError::spell(&dialect, kind, "trace");
                assert!(error.status >= 400, "{kind:?}");
                assert!(dialect.api_errors.shape.read(&error.body).is_some(), "{kind:?}");
                assert_eq!(read_message(&dialect, &error.body), dialect.api_errors.shape.read(&error.body));
            }
        }
    }

    #[test]
    fn rate_and_quota_are_told_apart() {
        for dialect in Dialect::all_built_in() {
            for kind in [ApiErrorKind::RateLimited, ApiErrorKind::QuotaExhausted] {
                let body = ApiError::spell(&dialect, kind, "").body;
                assert_eq!(limit_reached(&dialect, None, &body), kind);
            }
            assert_eq!(limit_reached(&dialect, None, b"slow down"), ApiErrorKind::RateLimited);
            assert_eq!(limit_reached(&dialect, Some(b"0"), b""), ApiErrorKind::QuotaExhausted);
            assert_eq!(limit_reached(&dialect, Some(b"17"), b""), ApiErrorKind::RateLimited);
        }
        let spotify = Dialect::built_in("spotify").unwrap();
        let body = br#"{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}"#;
        assert_eq!(limit_reached(&spotify, None, body), ApiErrorKind::QuotaExhausted);
    }

    #[test]
    fn messages_in_anothers_shape() {
        let spotify = Dialect::built_in("spotify").unwrap();
        for body in [r#"{"message":"m"}"#, r#"{"messages":["m"]}"#, r#"{"error":true,"error_message":"m"}"#] {
            assert_eq!(read_message(&spotify, body.as_bytes()).as_deref(), Some("m"), "{body}");
        }
        assert_eq!(read_message(&spotify, b"<html>"), None);
    }

    /// The body people recorded has 74 bytes.
    #[test]
    fn spotifys_missing_token() {
        let error = ApiError::spell(&Dialect::built_in("spotify").unwrap(), ApiErrorKind::TokenMissing, "");
        let body = "{\n  \"error\": {\n    \"status\": 401,\n    \"message\": \"No token provided\"\n  }\n}";
        assert_eq!((error.status, String::from_utf8(error.body).unwrap().as_str()), (401, body));
        assert_eq!(body.len(), 74);
        assert_eq!(error.challenge.unwrap(), "Bearer realm=\"spotify\"");
    }

    #[test]
    fn a_text_that_cannot_stand_in_a_header() {
        let plain = "Bearer realm=\"r\", error=\"invalid_token\"";
        for message in ["périmé", "\"expired\"", "a\nb", "a\\b"] {
            assert_eq!(write_challenge("r", "invalid_token", message), plain);
        }
    }

    #[test]
    fn spotifys_expired_token() {
        let error = ApiError::spell(&Dialect::built_in("spotify").unwrap(), ApiErrorKind::TokenExpired, "");
        let challenge =
            r#"Bearer realm="spotify", error="invalid_token", error_description="The access token expired""#;
        assert_eq!(error.challenge.unwrap(), challenge);
    }
}
