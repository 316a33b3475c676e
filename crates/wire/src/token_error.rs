//! What the token endpoint refuses (RFC 6749 §5.2, RFC 8628 §3.5): one kind per reason, spelled by RFC default or by the
//! dialect. Both directions stand here.

use serde::Deserialize;

use crate::Dialect;

/// How a dialect spells one error; what is left out keeps RFC 6749's spelling.
#[derive(Deserialize, Clone, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenErrorText {
    /// HTTP status, 400 to 599.
    pub status: Option<u16>,
    /// Member `error`.
    pub error: Option<String>,
    /// Member `error_description`; empty for no such member. `{detail}` stands for the client id, parameter or grant type
    /// the error is about.
    pub description: Option<String>,
}

macro_rules! token_error_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident $field:ident = $status:literal $error:literal $description:literal;)+) => {
        /// Why the token endpoint refuses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum TokenErrorKind { $($(#[doc = $doc])+ $kind,)+ }

        /// A dialect's own spellings, by kind.
        #[derive(Deserialize, Clone, Debug, Default)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct TokenErrorTexts { $($(#[doc = $doc])+ pub $field: Option<TokenErrorText>,)+ }

        impl TokenErrorKind {
            /// All kinds.
            pub const ALL: &[TokenErrorKind] = &[$(TokenErrorKind::$kind,)+];

            /// Status, `error` and `error_description` where the dialect says nothing else.
            pub fn default_text(self) -> (u16, &'static str, &'static str) {
                match self { $(TokenErrorKind::$kind => ($status, $error, $description),)+ }
            }

            /// The kind's name in a dialect file.
            pub fn field(self) -> &'static str {
                match self { $(TokenErrorKind::$kind => stringify!($field),)+ }
            }

            fn own_text(self, texts: &TokenErrorTexts) -> Option<&TokenErrorText> {
                match self { $(TokenErrorKind::$kind => texts.$field.as_ref(),)+ }
            }
        }
    };
}

token_error_kinds! {
    /// No client id was sent.
    ClientMissing client_missing = 401 "invalid_client" "Client authentication is missing";
    /// No app has this client id.
    ClientUnknown client_unknown = 401 "invalid_client" "Client authentication failed";
    /// The secret is wrong, expired or missing.
    ClientSecretWrong client_secret_wrong = 401 "invalid_client" "Client authentication failed";
    /// The Authorization header cannot be decoded.
    ClientBasicMalformed client_basic_malformed = 401 "invalid_client" "The Authorization header is not Basic base64(client_id:client_secret)";
    /// This way of client authentication is not offered.
    ClientMethod client_method = 401 "invalid_client" "This way of client authentication is not offered";
    /// Two client authentications at once (RFC 6749 §2.3).
    ClientTwice client_twice = 400 "invalid_request" "More than one client authentication was sent";
    /// The app is suspended or was never approved.
    ClientSuspended client_suspended = 403 "unauthorized_client" "This client is suspended";
    /// No `grant_type`.
    GrantTypeMissing grant_type_missing = 400 "invalid_request" "grant_type is missing";
    /// A grant type that is not offered. Detail: the grant type.
    GrantTypeUnsupported grant_type_unsupported = 400 "unsupported_grant_type" "grant_type {detail} is not supported";
    /// The client may not use this grant.
    GrantTypeForbidden grant_type_forbidden = 400 "unauthorized_client" "This client may not use this grant type";
    /// The body is not a form.
    MediaType media_type = 400 "invalid_request" "The content type must be application/x-www-form-urlencoded";
    /// The body cannot be decoded.
    FormMalformed form_malformed = 400 "invalid_request" "The request body is malformed: {detail}";
    /// A parameter was sent twice. Detail: its name.
    ParameterRepeated parameter_repeated = 400 "invalid_request" "{detail} is sent more than once";
    /// A parameter is missing. Detail: its name.
    ParameterMissing parameter_missing = 400 "invalid_request" "{detail} is missing";
    /// The body is too large.
    BodyTooLarge body_too_large = 413 "invalid_request" "The request body is larger than 16 KiB";
    /// The method is not POST; the answer names POST in `Allow`.
    Method method = 405 "invalid_request" "The token endpoint takes POST";
    /// A scope that is malformed, unknown or wider than the grant's.
    ScopeInvalid scope_invalid = 400 "invalid_scope" "The scope is unknown, malformed or exceeds what was granted";
    /// The code is unknown, used or another client's.
    CodeUnknown code_unknown = 400 "invalid_grant" "The authorization code is unknown or was used";
    /// The code is too old.
    CodeExpired code_expired = 400 "invalid_grant" "The authorization code has expired";
    /// `redirect_uri` is not the authorization request's.
    CodeRedirectUri code_redirect_uri = 400 "invalid_grant" "redirect_uri is not the one of the authorization request";
    /// `code_verifier` breaks RFC 7636 §4.1.
    VerifierMalformed verifier_malformed = 400 "invalid_request" "code_verifier must be 43 to 128 unreserved characters";
    /// The code needs a `code_verifier`.
    VerifierMissing verifier_missing = 400 "invalid_grant" "code_verifier is missing";
    /// The verifier does not answer the challenge, or there was no challenge (RFC 9700 §4.8.2).
    VerifierWrong verifier_wrong = 400 "invalid_grant" "code_verifier does not answer the code_challenge";
    /// The refresh token is none of ours, or another client's.
    RefreshTokenUnknown refresh_token_unknown = 400 "invalid_grant" "The refresh token is unknown";
    /// The refresh token was rotated away, revoked or has ended.
    RefreshTokenRevoked refresh_token_revoked = 400 "invalid_grant" "The refresh token was revoked or has ended";
    /// One active grant per app, and one is active. Detail: the client id.
    DuplicateGrant duplicate_grant = 401 "duplicate_grant" "client {detail} has multiple active grants";
    /// The client acts for several teams and named none.
    TeamMissing team_missing = 400 "invalid_request" "team_id is missing: this client acts for several teams";
    /// The team is none of the client's.
    TeamForbidden team_forbidden = 403 "access_denied" "This client has no access to that team";
    /// The device's user has not decided yet (RFC 8628 §3.5).
    AuthorizationPending authorization_pending = 400 "authorization_pending" "The user has not decided yet";
    /// The device asks too often (RFC 8628 §3.5).
    SlowDown slow_down = 400 "slow_down" "Wait five seconds longer between requests";
    /// The device code has expired (RFC 8628 §3.5).
    DeviceCodeExpired device_code_expired = 400 "expired_token" "The device code has expired";
    /// The user said no (RFC 8628 §3.5).
    AccessDenied access_denied = 400 "access_denied" "The user denied access";
    /// Too many requests; the answer carries `Retry-After`.
    TooManyRequests too_many_requests = 429 "temporarily_unavailable" "Too many token requests";
    /// The database is away or busy; the answer carries `Retry-After`.
    Unavailable unavailable = 503 "temporarily_unavailable" "The server cannot answer now; try again";
    /// A fault of the server.
    ServerError server_error = 500 "server_error" "The server failed";
}

/// How a dialect spells its token errors.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenErrors {
    /// Which member comes first.
    pub first_member: FirstMember,
    /// Spellings that differ from RFC 6749's, by kind.
    #[serde(default)]
    pub text: TokenErrorTexts,
}

/// Which member of a token error comes first.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FirstMember {
    /// `error`, as RFC 6749 prints it.
    Error,
    /// `error_description`.
    Description,
}

/// A refusal on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenError {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub error: String,
    /// `error_description`.
    pub description: Option<String>,
}

impl TokenError {
    /// The dialect's spelling of `kind`; `detail` is what its text may name.
    pub fn spell(dialect: &Dialect, kind: TokenErrorKind, detail: &str) -> Self {
        let (status, error, description) = kind.default_text();
        let own = kind.own_text(&dialect.token_errors.text);
        let description = own.and_then(|text| text.description.as_deref()).unwrap_or(description);
        Self {
            status: own.and_then(|text| text.status).unwrap_or(status),
            error: own.and_then(|text| text.error.as_deref()).unwrap_or(error).to_owned(),
            description: (!description.is_empty())
                .then(|| description.replace("{detail}", &printable(detail))),
        }
    }

    /// The body in the dialect's order.
    pub fn write(&self, dialect: &Dialect) -> Vec<u8> {
        let mut members =
            vec![("error", Some(&self.error)), ("error_description", self.description.as_ref())];
        if dialect.token_errors.first_member == FirstMember::Description {
            members.reverse();
        }
        let object: serde_json::Map<String, serde_json::Value> = members
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value.as_str().into())))
            .collect();
        serde_json::Value::from(object).to_string().into_bytes()
    }

    /// Whether this is what `kind` is called, by the dialect or by its RFC.
    pub fn is(&self, dialect: &Dialect, kind: TokenErrorKind) -> bool {
        self.error == Self::spell(dialect, kind, "").error || self.error == kind.default_text().1
    }

    /// Reads any provider's body; `None` when it holds no `error`.
    pub fn read(status: u16, body: &[u8]) -> Option<Self> {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
        let member = |name: &str| object.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        Some(Self { status, error: member("error")?, description: member("error_description") })
    }
}

/// RFC 6749 §5.2 admits printable ASCII without `"` and `\`; at most 100 characters of what a caller sent are shown.
fn printable(text: &str) -> String {
    let legal = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    text.chars().take(100).map(|c| if legal(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_in_every_dialect_is_read_back() {
        for dialect in Dialect::all_built_in() {
            for &kind in TokenErrorKind::ALL {
                let error = TokenError::spell(&dialect, kind, "29");
                assert!((400..600).contains(&error.status), "{kind:?}");
                assert!(error.is(&dialect, kind), "{kind:?}");
                assert_eq!(TokenError::read(error.status, &error.write(&dialect)), Some(error));
            }
        }
    }

    #[test]
    fn bandcamps_duplicate_grant_as_printed() {
        let dialect = Dialect::built_in("bandcamp").unwrap();
        let error = TokenError::spell(&dialect, TokenErrorKind::DuplicateGrant, "29");
        let body =
            br#"{"error_description":"client 29 has multiple active grants","error":"duplicate_grant"}"#;
        assert_eq!((error.status, error.write(&dialect).as_slice()), (401, body.as_slice()));
    }

    #[test]
    fn what_a_caller_sent_is_made_printable() {
        let dialect = Dialect::built_in("standard").unwrap();
        let error = TokenError::spell(&dialect, TokenErrorKind::GrantTypeUnsupported, "a\"\\\u{0}é");
        assert_eq!(error.description.unwrap(), "grant_type a???? is not supported");
    }
}
