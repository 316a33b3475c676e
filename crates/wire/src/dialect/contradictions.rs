//! What a dialect may not say although each field is well-formed: values that contradict each other, or that cannot stand
//! where they go.

use super::{AccessTokenIssue, AccessTokenRules, AnswerMember, Dialect, RefreshEnd, Rotation, Users};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::client_id::is_unreserved;
use crate::scope::Scopes;
use crate::token_error::{TokenError, TokenErrorKind};

/// The first place where a dialect goes wrong, and what it should say.
pub(super) fn first(dialect: &Dialect) -> Option<(&'static str, &'static str)> {
    rules(dialect).or_else(|| spelling(dialect))
}

fn rules(dialect: &Dialect) -> Option<(&'static str, &'static str)> {
    let Dialect { endpoints, grants, limits, .. } = dialect;
    let rotates = dialect.refresh_token.as_ref().is_some_and(|rules| rules.rotation == Rotation::Rotated);
    let ends_at_once = dialect
        .refresh_token
        .as_ref()
        .is_some_and(|rules| rules.ends == RefreshEnd::MonthsAfterAuthorization(0));
    let served_again = dialect.access_token.issue == AccessTokenIssue::ServedAgain;
    let code_seconds = dialect.authorization.as_ref().map_or(1, |rules| rules.code_seconds);
    let checks = [
        (
            dialect.client_authentication.methods.is_empty(),
            "client_authentication.methods",
            "name at least one",
        ),
        (
            grants.authorization_code && (dialect.authorization.is_none() || endpoints.authorize.is_none()),
            "grants.authorization_code",
            "needs [authorization] and endpoints.authorize",
        ),
        (
            grants.refresh_token && dialect.refresh_token.is_none(),
            "grants.refresh_token",
            "needs [refresh_token]",
        ),
        (
            grants.client_credentials_refresh_token && !(grants.client_credentials && grants.refresh_token),
            "grants.client_credentials_refresh_token",
            "needs client_credentials and refresh_token",
        ),
        (
            grants.device_code && (endpoints.device_authorization.is_none() || endpoints.device.is_none()),
            "grants.device_code",
            "needs endpoints.device_authorization and endpoints.device",
        ),
        (!(1..=600).contains(&code_seconds), "authorization.code_seconds", "1 to 600 (RFC 6749 §4.1.2)"),
        (
            !(2..=AccessTokenRules::MAX_SECONDS).contains(&dialect.access_token.seconds),
            "access_token.seconds",
            "2 to 86400",
        ),
        (
            served_again && (rotates || grants.client_credentials_refresh_token),
            "access_token.issue",
            "a token that is served again cannot come with a refresh token",
        ),
        (ends_at_once, "refresh_token.ends", "at least 1 month"),
        (limits.token.burst == 0 || limits.token.per_minute == 0, "limits.token", "at least 1"),
        (limits.api.burst == 0 || limits.api.per_minute == 0, "limits.api", "at least 1"),
        (matches!(dialect.apps.users, Users::Listed(0)), "apps.users", "at least 1"),
    ];
    checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, place, message)| (place, message))
}

fn spelling(dialect: &Dialect) -> Option<(&'static str, &'static str)> {
    let members = &dialect.token_answer.members;
    let one_name = |name: &str| {
        Scopes::parse(name)
            .is_ok_and(|scopes| !scopes.is_empty() && scopes.as_str() == name && !name.contains(' '))
    };
    let printable = |text: &String| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let checks = [
        (!is_name(&dialect.name.to_string()), "name", "lower-case letters, digits and hyphens"),
        (
            !is_host(&dialect.hosts.accounts),
            "hosts.accounts",
            "such as https://accounts.example, without a slash at its end",
        ),
        (
            !is_host(&dialect.hosts.api),
            "hosts.api",
            "such as https://api.example, without a slash at its end",
        ),
        (
            !paths(dialect).all(is_path),
            "endpoints",
            "a path begins with / and holds letters, digits and / . _ ~ - alone",
        ),
        (
            repeats(paths(dialect).map(|path| path.trim_end_matches('/'))),
            "endpoints",
            "each endpoint has a path of its own",
        ),
        (
            !dialect.scopes.known.iter().all(|scope| one_name(&scope.name)),
            "scopes.known",
            "a name has no blanks, quotation marks or backslashes (RFC 6749 §3.3)",
        ),
        (!members.contains(&AnswerMember::AccessToken), "token_answer.members", "access_token is missing"),
        (repeats(members), "token_answer.members", "name each once"),
        (
            !token_statuses(dialect).all(|status| (400..600).contains(&status)),
            "token_errors",
            "a status is 400 to 599",
        ),
        (
            !api_statuses(dialect).all(|status| status == 200 || (400..600).contains(&status)),
            "api_errors",
            "a status is 200 or 400 to 599",
        ),
        (
            !printable(&dialect.api_errors.realm) || dialect.api_errors.realm.contains(['"', '\\']),
            "api_errors.realm",
            "printable ASCII without quotation marks and backslashes",
        ),
        (
            !header_names(dialect).all(|name| is_name(name)),
            "limits",
            "a header name is lower-case letters, digits and hyphens",
        ),
        (
            !dialect.cors.iter().all(|cors| printable(&cors.methods) && printable(&cors.headers)),
            "cors",
            "printable ASCII",
        ),
    ];
    checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, place, message)| (place, message))
}

fn paths(dialect: &Dialect) -> impl Iterator<Item = &str> {
    let endpoints = &dialect.endpoints;
    let optional = [
        &endpoints.authorize,
        &endpoints.revocation,
        &endpoints.introspection,
        &endpoints.metadata,
        &endpoints.device_authorization,
        &endpoints.device,
    ];
    std::iter::once(endpoints.token.as_str()).chain(optional.into_iter().filter_map(Option::as_deref))
}

fn token_statuses(dialect: &Dialect) -> impl Iterator<Item = u16> {
    TokenErrorKind::ALL.iter().map(|&kind| TokenError::spell(dialect, kind, "").status)
}

fn api_statuses(dialect: &Dialect) -> impl Iterator<Item = u16> {
    ApiErrorKind::ALL.iter().map(|&kind| ApiError::spell(dialect, kind, "").status)
}

fn header_names(dialect: &Dialect) -> impl Iterator<Item = &String> {
    let headers = &dialect.limits.headers;
    let legacy = dialect.legacy_keys.as_ref();
    let names = [
        headers.limit.as_ref(),
        headers.remaining.as_ref(),
        headers.reset_seconds.as_ref(),
        dialect.limits.quota.as_ref().map(|quota| &quota.remaining_header),
        legacy.map(|keys| &keys.id_header),
        legacy.map(|keys| &keys.key_header),
    ];
    names.into_iter().flatten()
}

fn is_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(legal)
}

/// Letters a router takes as they are; its wildcards and parameters are written with others.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| byte == b'/' || is_unreserved(byte))
}

fn is_host(text: &str) -> bool {
    let web = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    web && text.contains("://") && !text.ends_with('/') && !text.contains(['?', '#', '@', ' '])
}

fn repeats<T: PartialEq>(items: impl IntoIterator<Item = T>) -> bool {
    let items: Vec<T> = items.into_iter().collect();
    (1..items.len()).any(|at| items[..at].contains(&items[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOTIFY: &str = include_str!("../../dialects/spotify.toml");

    #[test]
    fn each_is_found_and_its_line_named() {
        let cases = [
            ("name = \"spotify\"", "name = \"Spotify\"", "name: "),
            ("api = \"https://api.spotify.com\"", "api = \"https://api.spotify.com/\"", "hosts.api: "),
            ("api = \"https://api.spotify.com\"", "api = \"api.spotify.com\"", "hosts.api: "),
            ("methods = [\"basic\", \"form\"]", "methods = []", "client_authentication.methods: "),
            ("code_seconds = 600", "code_seconds = 601", "authorization.code_seconds: 1 to 600"),
            ("seconds = 3600", "seconds = 1", "access_token.seconds: "),
            ("months_after_authorization = 6", "months_after_authorization = 0", "refresh_token.ends: "),
            ("users = { listed = 5 }", "users = { listed = 0 }", "apps.users: "),
            ("members = [\"access_token\", ", "members = [", "token_answer.members: access_token is missing"),
            (
                "members = [\"access_token\", ",
                "members = [\"scope\", \"access_token\", ",
                "token_answer.members: name each once",
            ),
            ("realm = \"spotify\"", "realm = \"spot\\\"ify\"", "api_errors.realm: "),
            ("token = { burst = 1000", "token = { burst = 0", "limits.token: "),
        ];
        for (from, to, message) in cases {
            assert!(SPOTIFY.contains(from), "{from}");
            let error = Dialect::parse("mine.toml", &SPOTIFY.replacen(from, to, 1)).unwrap_err();
            assert!(error.message.starts_with(message), "{error}");
            assert_eq!(
                error.line,
                1 + SPOTIFY.lines().position(|line| line.contains(from)).unwrap(),
                "{error}"
            );
        }
    }

    #[test]
    fn what_a_section_holds_is_found() {
        let cases = [
            ("authorize = \"/authorize\"", "authorize = \"/:any\"", "endpoints: a path begins with /"),
            ("authorize = \"/authorize\"", "authorize = \"authorize\"", "endpoints: a path begins with /"),
            ("authorize = \"/authorize\"", "authorize = \"/api/token/\"", "endpoints: each endpoint"),
            ("name = \"streaming\"", "name = \"play music\"", "scopes.known: "),
            ("client_unknown = { status = 400", "client_unknown = { status = 200", "token_errors: "),
            ("token_missing = { message", "token_missing = { status = 99, message", "api_errors: "),
            ("methods = \"GET, POST", "methods = \"GET\\nPOST", "cors: "),
        ];
        for (from, to, message) in cases {
            assert!(SPOTIFY.contains(from), "{from}");
            let error = Dialect::parse("mine.toml", &SPOTIFY.replacen(from, to, 1)).unwrap_err();
            assert!(error.message.starts_with(message), "{error}");
        }
    }
}
