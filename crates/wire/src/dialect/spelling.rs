//! How a provider spells what crosses the wire.

use serde::Deserialize;

/// Where the real provider is reached. No trailing slash.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// What stands before the OAuth endpoints' paths, such as `https://accounts.example`.
    pub accounts: String,
    /// What stands before the API's paths, such as `https://api.example`.
    pub api: String,
}

/// Paths of the OAuth endpoints, each beginning with `/`. An endpoint without a path is not offered.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Token endpoint (RFC 6749 §3.2).
    pub token: String,
    /// Authorization endpoint (RFC 6749 §3.1).
    pub authorize: Option<String>,
    /// Revocation (RFC 7009).
    pub revocation: Option<String>,
    /// Introspection (RFC 7662).
    pub introspection: Option<String>,
    /// Metadata (RFC 8414).
    pub metadata: Option<String>,
    /// Device authorization (RFC 8628 §3.1).
    pub device_authorization: Option<String>,
    /// Where a person enters a device's user code (RFC 8628 §3.3).
    pub device: Option<String>,
}

/// Members of a token answer.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenAnswerSpelling {
    /// The members in order.
    pub members: Vec<AnswerMember>,
    /// Value of `token_type`.
    pub token_type: String,
    /// What stands for a refresh token where there is none.
    pub refresh_token_absent: Absent,
    /// `scope` of a token that acts for a person.
    pub scope_for_user: ScopeMember,
    /// `scope` of a token that acts for the app alone.
    pub scope_for_app: ScopeMember,
}

/// One member of a token answer.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerMember {
    /// The access token.
    AccessToken,
    /// The token type.
    TokenType,
    /// The remaining lifetime in seconds, an integer.
    ExpiresIn,
    /// The refresh token.
    RefreshToken,
    /// The granted scopes.
    Scope,
    /// The constant `"ok": true`.
    Ok,
}

/// What stands for an absent member.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Nothing: the member is left out.
    Omitted,
    /// `null`.
    Null,
}

/// What the member `scope` says.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScopeMember {
    /// The scopes granted.
    Granted,
    /// `""`, whatever was granted.
    Empty,
    /// Nothing: the member is left out.
    Omitted,
}

/// A scope and what it means.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScopeText {
    /// Its name.
    pub name: String,
    /// What an app may do with it, in words for the person who consents: "See your e-mail address".
    pub says: String,
}

/// A deprecated pair of request headers that stands for a token.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LegacyKeys {
    /// Header with the key's id, lower case.
    pub id_header: String,
    /// Header with the key, lower case.
    pub key_header: String,
}

/// Headers for browsers on other origins (the Fetch standard's CORS protocol); any origin is admitted, cookies never.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// `Access-Control-Allow-Methods`.
    pub methods: String,
    /// `Access-Control-Allow-Headers`.
    pub headers: String,
    /// `Access-Control-Max-Age`, in seconds.
    pub max_age_seconds: u32,
}

macro_rules! authorize_texts {
    ($($(#[doc = $doc:literal])+ $field:ident = $default:literal;)+) => {
        /// The provider's own words on the authorization endpoint's error page; what is left out keeps the default.
        #[derive(Deserialize, Clone, Debug)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields, default)]
        pub struct AuthorizeTexts { $($(#[doc = $doc])+ pub $field: String,)+ }

        impl Default for AuthorizeTexts {
            fn default() -> Self {
                Self { $($field: $default.to_owned(),)+ }
            }
        }
    };
}

authorize_texts! {
    /// No `client_id`.
    client_missing = "invalid_request: client_id is missing";
    /// No app has this client id.
    client_unknown = "invalid_client: unknown client_id";
    /// The app may not send people here.
    client_suspended = "unauthorized_client: this client is suspended";
    /// No `redirect_uri`.
    redirect_uri_missing = "invalid_request: redirect_uri is missing";
    /// `redirect_uri` is no URI.
    redirect_uri_malformed = "invalid_request: redirect_uri is malformed";
    /// `redirect_uri` breaks the dialect's rule.
    redirect_uri_insecure = "invalid_request: redirect_uri is not secure";
    /// `redirect_uri` is not registered.
    redirect_uri_unregistered = "invalid_request: redirect_uri is not registered";
    /// The query cannot be read.
    request_malformed = "invalid_request: the request is malformed";
    /// `response_type` is not `code`.
    response_type = "unsupported_response_type: response_type must be code";
    /// The scope is malformed or unknown.
    scope = "invalid_scope: unknown scope";
    /// The PKCE parameters are missing or malformed.
    challenge = "invalid_request: code_challenge with code_challenge_method=S256 is needed";
}
