//! What a provider's server decides differently from another's.

use serde::Deserialize;

use super::spelling::ScopeText;

/// How clients authenticate at the token endpoint.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClientAuthentication {
    /// The ways offered, at least one; a client uses the first.
    pub methods: Vec<ClientAuthenticationMethod>,
    /// Who may redeem a code without a secret.
    pub without_secret: WithoutSecret,
}

/// Where the client's secret stands (RFC 6749 §2.3.1).
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthenticationMethod {
    /// In the `Authorization` header, as HTTP Basic.
    Basic,
    /// In the form, as `client_id` and `client_secret`.
    Form,
}

/// Who may redeem a code without a secret; PKCE stands in for it.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WithoutSecret {
    /// No one.
    Nobody,
    /// Apps registered as public, which have no secret (RFC 6749 §2.1).
    PublicApps,
    /// Any app whose code carries a challenge.
    AnyAppWithPkce,
}

/// The grants a token endpoint takes.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// An app acts for itself: `client_credentials` (RFC 6749 §4.4).
    pub client_credentials: bool,
    /// Whether `client_credentials` gives a refresh token too, against the advice of RFC 6749 §4.4.3; needs `refresh_token`.
    pub client_credentials_refresh_token: bool,
    /// Whether `client_credentials` that carries a `refresh_token` is a refresh.
    pub refresh_under_client_credentials: bool,
    /// A person lets an app act for them: `authorization_code` (RFC 6749 §4.1); needs `[authorization]` and
    /// `endpoints.authorize`.
    pub authorization_code: bool,
    /// A refresh token gives a new access token: `refresh_token` (RFC 6749 §6); needs `[refresh_token]`.
    pub refresh_token: bool,
    /// A person allows a device elsewhere, on a phone or computer (RFC 8628); needs `endpoints.device_authorization` and
    /// `endpoints.device`.
    pub device_code: bool,
}

/// Rules of the authorization endpoint.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// Lifetime of a code in seconds, 1 to 600 (RFC 6749 §4.1.2).
    pub code_seconds: u32,
    /// Whether a challenge is needed (RFC 7636).
    pub pkce: Pkce,
    /// Which redirect URIs may be registered.
    pub redirect_uris: RedirectRule,
    /// Whether answers carry `iss` (RFC 9207).
    pub issuer: bool,
    /// Where errors go once client and redirect URI are known.
    pub faults: AuthorizationFaults,
    /// Whose earlier consent stands in for asking again.
    pub remember: RememberConsent,
}

/// Whose earlier consent stands in for asking again; `show_dialog=true` asks all the same.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RememberConsent {
    /// Any app's.
    AnyApp,
    /// That of apps that can prove who they are (RFC 6749 §10.2, RFC 8252 §8.6).
    ConfidentialApps,
}

/// When a code challenge is needed.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// From clients without a secret.
    WithoutSecret,
    /// From all.
    Always,
}

/// Which redirect URIs may be registered. An app's own scheme always may.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RedirectRule {
    /// https, or http on `127.0.0.1` and `[::1]`.
    HttpsOrLoopbackAddress,
    /// The same, and http on `localhost`.
    HttpsOrLoopback,
}

/// Where errors go once client and redirect URI are known.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationFaults {
    /// To the client (RFC 6749 §4.1.2.1), once an administrator has approved the app; before, shown with a link to it (RFC 9700
    /// §4.11.2).
    Redirected,
    /// On a page for the person.
    Shown,
}

/// Rules of access tokens.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccessTokenRules {
    /// Lifetime in seconds, 2 to 86400.
    pub seconds: u32,
    /// What a repeated request gets.
    pub issue: AccessTokenIssue,
}

impl AccessTokenRules {
    /// Longest lifetime there may be.
    pub const MAX_SECONDS: u32 = 86_400;
}

/// What a repeated request gets.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenIssue {
    /// A new token with the whole lifetime.
    Fresh,
    /// The live token again, with what remains of its lifetime: between half and all of it. Not where refresh tokens
    /// rotate or come with `client_credentials`.
    ServedAgain,
}

/// Rules of refresh tokens.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefreshTokenRules {
    /// Whether a refresh gives a new one.
    pub rotation: Rotation,
    /// What a token that was rotated away gives when it comes again; without meaning where none is.
    pub lost_answer: LostAnswer,
    /// When it ends.
    pub ends: RefreshEnd,
    /// How many grants of one app may be active at a time.
    pub active_grants: ActiveGrants,
}

/// What a refresh does to the refresh token.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// It stays valid and is repeated in the answer, so that clients which overwrite theirs keep it.
    Echoed,
    /// It stays valid and the answer leaves it out.
    Kept,
    /// The answer holds its successor, whose use ends it (RFC 9700 §4.14.2).
    Rotated,
}

/// What becomes of a client whose refresh went out and whose answer never came.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LostAnswer {
    /// It asks again: a token that was rotated away gives the same successor until that one is used.
    Repeated,
    /// It is locked out: a token that was rotated away is a replay.
    Lost,
}

/// When a refresh token ends.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefreshEnd {
    /// Not by time.
    Never,
    /// This many calendar months after the person's authorization; refreshing does not extend it.
    MonthsAfterAuthorization(u8),
}

/// How many grants of one app may be active at a time. A grant is active until its newest access token expires.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActiveGrants {
    /// Any number.
    Any,
    /// One: a second is refused with `duplicate_grant`.
    OnePerApp,
}

/// What may be asked for.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScopeRules {
    /// Whether a name that is not known is dropped instead of refused.
    pub drop_unknown: bool,
    /// Whether `client_credentials` may carry scopes; otherwise they are ignored there.
    pub for_apps: bool,
    /// The scopes known.
    pub known: Vec<ScopeText>,
    /// What an app may do that asks for no scope, in words for the person who consents: "See your public profile". When left
    /// out, the consent page promises nothing: the app may use the API in the person's name.
    pub without: Option<String>,
}

/// How apps come to be and what they are.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AppRules {
    /// How an app comes to be.
    pub creation: AppCreation,
    /// How many apps a team may have; unlimited when left out.
    pub per_team: Option<u32>,
    /// What becomes of an app that is not approved.
    pub unlisted: UnlistedApps,
    /// Whose consent an app in development may ask for.
    pub users: Users,
    /// Whether a token request may name a team in `team_id`.
    pub team_parameter: bool,
    /// The form of client ids.
    pub client_id: ClientIdForm,
    /// The form of client secrets; at least 128 random bits.
    pub client_secret: SecretForm,
    /// Whether a secret can be seen again.
    pub secret_view: SecretView,
}

/// How an app comes to be.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppCreation {
    /// A developer creates it.
    SelfService,
    /// A developer asks for it and an administrator answers.
    ByRequest,
}

/// What becomes of an app that an administrator has not approved.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnlistedApps {
    /// Its token requests are refused.
    RefusedTokens,
    /// It gets tokens; the API refuses them.
    RefusedByApi,
}

/// Whose consent an app in development may ask for.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Users {
    /// Anyone's.
    Anyone,
    /// Anyone's, but the API refuses tokens of people who are not among this many, at least 1, the developer has listed.
    Listed(u32),
}

/// The form of client ids.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClientIdForm {
    /// 32 lower-case hexadecimal digits.
    Hex32,
    /// A decimal number.
    Decimal,
}

/// The form of client secrets.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SecretForm {
    /// 32 lower-case hexadecimal digits: 128 bits.
    Hex32,
    /// Base64 of 32 bytes, which may hold `+`, `/` and `=`.
    Base64,
    /// base64url of 32 bytes behind a prefix that secret scanners know.
    Prefixed,
}

/// Whether a secret can be seen again.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SecretView {
    /// It is shown once.
    Once,
    /// It can be viewed again, after the password was given.
    Again,
}

/// How much is served.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Token requests per app, and per address while unauthenticated.
    pub token: Limit,
    /// API calls per app, or per app and person.
    pub api: Limit,
    /// Names of the headers that tell how much of `api` is left, lower case; a header without a name is not sent.
    #[serde(default)]
    pub headers: LimitHeaders,
    /// API calls per team and 30 days.
    pub quota: Option<Quota>,
}

/// A rate with room for a burst.
#[derive(Deserialize, Clone, Copy, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many at once, at least 1.
    pub burst: u32,
    /// How many a minute in the long run, at least 1.
    pub per_minute: u32,
}

/// Names of the headers that tell how much is left, lower case; a header without a name is not sent.
#[derive(Deserialize, Clone, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitHeaders {
    /// The burst.
    pub limit: Option<String>,
    /// Calls left.
    pub remaining: Option<String>,
    /// Whole seconds until all of the burst is back.
    pub reset_seconds: Option<String>,
}

/// A number of API calls per team and 30 days.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// How many.
    pub calls: u64,
    /// Header that tells how many are left, lower case.
    pub remaining_header: String,
}
