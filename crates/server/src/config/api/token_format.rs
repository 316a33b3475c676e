//! `token_format` and `jwt_algorithm`.

use serde::Deserialize;
use stagedoor_protocol::jwt::{Algorithm, TokenFormat};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::AccessTokenIssue;

use super::ApiConfiguration;
use crate::config::check::Check;

/// The form of access tokens.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenFormatName {
    /// Text that says nothing to its holder.
    #[default]
    Opaque,
    /// RFC 9068: signed, so that others can check it with the keys at `/jwks`. It costs more to make and to check.
    Jwt,
}

/// How JWTs are signed.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) enum AlgorithmName {
    /// RFC 7518: what libraries know best.
    #[serde(rename = "ES256")]
    Es256,
    /// RFC 8037: quicker to make; needed where the dialect serves a live token again.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// What an API's tokens are; `None` with a mistake noted.
pub(super) fn read(
    format: TokenFormatName,
    algorithm: Option<AlgorithmName>,
    dialect: &Dialect,
    at: usize,
    check: &mut Check<'_>,
) -> Option<TokenFormat> {
    let place = |key: &str| format!("api.{at}.{key}");
    let algorithm_place = place(if algorithm.is_some() { "jwt_algorithm" } else { "token_format" });
    let algorithm = match (format, algorithm) {
        (TokenFormatName::Opaque, None) => return Some(TokenFormat::Opaque),
        (TokenFormatName::Opaque, Some(_)) => {
            let message =
                "opaque tokens are not signed: leave out `jwt_algorithm`, or write token_format = \"jwt\"";
            check.wrong(&algorithm_place, message);
            return None;
        }
        (TokenFormatName::Jwt, Some(AlgorithmName::EdDsa)) => Algorithm::EdDsa,
        (TokenFormatName::Jwt, Some(AlgorithmName::Es256) | None) => Algorithm::Es256,
    };
    if dialect.access_token.issue == AccessTokenIssue::ServedAgain && !algorithm.is_deterministic() {
        let message = "the dialect serves a live token again, and ES256 makes another text each time: write \
                       jwt_algorithm = \"EdDSA\"";
        check.wrong(&algorithm_place, message);
        return None;
    }
    Some(TokenFormat::Jwt(algorithm))
}

/// An API of JWTs needs a key that signs; key files from before there were JWTs have none.
pub(in crate::config) fn check_keys(
    ring: &KeyRing,
    apis: &[Option<ApiConfiguration>],
    check: &mut Check<'_>,
) {
    for (at, api) in apis.iter().enumerate() {
        if let Some(message) = api.as_ref().and_then(|api| missing_key(ring, api)) {
            check.wrong(&format!("api.{at}.token_format"), message);
        }
    }
}

/// What is said of an API whose key is not there.
pub(in crate::config) fn missing_key(ring: &KeyRing, api: &ApiConfiguration) -> Option<String> {
    let TokenFormat::Jwt(algorithm) = api.token_format else { return None };
    let (purpose, name) = (algorithm.purpose(), algorithm.as_str());
    let is_missing = !ring.has(purpose);
    is_missing.then(|| {
        format!("there is no key that signs by {name}: run `stagedoor keys rotate --purpose {purpose}`")
    })
}
