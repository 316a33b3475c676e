//! What differs between providers, as data: one TOML file per provider, read by both halves.
//!
//! Variants are matched, never names: a dialect's name can be shown but not compared.

mod contradictions;
mod parse;
#[cfg(test)]
mod reference;
mod rules;
mod spelling;

use std::fmt;

use serde::Deserialize;

pub use parse::DialectError;
pub use rules::{
    AccessTokenIssue, AccessTokenRules, ActiveGrants, AppCreation, AppRules, Authorization,
    AuthorizationFaults, ClientAuthentication, ClientAuthenticationMethod, ClientIdForm, Grants, Limit,
    LimitHeaders, Limits, LostAnswer, Pkce, Quota, RedirectRule, RefreshEnd, RefreshTokenRules,
    RememberConsent, Rotation, ScopeRules, SecretForm, SecretView, UnlistedApps, Users, WithoutSecret,
};
pub use spelling::{
    Absent, AnswerMember, AuthorizeTexts, Cors, Endpoints, Hosts, LegacyKeys, ScopeMember, ScopeText,
    TokenAnswerSpelling,
};

use crate::api_error::ApiErrors;
use crate::token_error::TokenErrors;

/// A provider's dialect: spelling and rules.
#[derive(Deserialize, Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Short name: lower-case letters, digits and hyphens. Shown, never compared.
    pub name: DialectName,
    /// The provider's name as people read it.
    pub title: String,
    /// Where the real provider is reached.
    pub hosts: Hosts,
    /// Paths of the OAuth endpoints.
    pub endpoints: Endpoints,
    /// How clients say who they are (RFC 6749 §2.3).
    pub client_authentication: ClientAuthentication,
    /// The grants a token endpoint takes.
    pub grants: Grants,
    /// Rules of the authorization endpoint; needed with `grants.authorization_code`.
    pub authorization: Option<Authorization>,
    /// Rules of access tokens.
    pub access_token: AccessTokenRules,
    /// Rules of refresh tokens; needed with `grants.refresh_token`.
    pub refresh_token: Option<RefreshTokenRules>,
    /// What may be asked for.
    pub scopes: ScopeRules,
    /// How apps come to be and what they are.
    pub apps: AppRules,
    /// Members of a token answer.
    pub token_answer: TokenAnswerSpelling,
    /// Errors of the token endpoint.
    pub token_errors: TokenErrors,
    /// The provider's own words on the authorization endpoint's error page.
    #[serde(default)]
    pub authorize_errors: AuthorizeTexts,
    /// Errors in front of the API.
    pub api_errors: ApiErrors,
    /// How much is served.
    pub limits: Limits,
    /// A deprecated pair of request headers that stands for a token.
    pub legacy_keys: Option<LegacyKeys>,
    /// Headers for browsers on other origins.
    pub cors: Option<Cors>,
}

/// A dialect's name. It has no `Eq`: nothing may depend on which provider it is.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct DialectName(String);

impl fmt::Display for DialectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const BUILT_IN: [(&str, &str); 5] = [
    ("standard", include_str!("../../dialects/standard.toml")),
    ("bandcamp", include_str!("../../dialects/bandcamp.toml")),
    ("spotify", include_str!("../../dialects/spotify.toml")),
    ("spotify-ads", include_str!("../../dialects/spotify-ads.toml")),
    ("soundcharts", include_str!("../../dialects/soundcharts.toml")),
];

impl Dialect {
    /// The built-in dialect of this name.
    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(own, _)| *own == name)?;
        Self::parse(&format!("{name}.toml"), text).ok()
    }

    /// The names of the built-in dialects.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// All built-in dialects.
    pub fn all_built_in() -> impl Iterator<Item = Self> {
        Self::built_in_names().filter_map(Self::built_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_dialects_parse() {
        for (name, text) in BUILT_IN {
            let dialect =
                Dialect::parse(&format!("{name}.toml"), text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(dialect.name.to_string(), name);
        }
    }
}
