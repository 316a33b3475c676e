//! Reading a dialect file. An error names the file, the line and, where a name is unknown, the nearest known one.

use serde::Deserialize;

use super::{AccessTokenIssue, AnswerMember, Dialect, Rotation, Users};

/// A dialect file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}")]
pub struct DialectError {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and, where it can be told, what was meant.
    pub message: String,
}

impl Dialect {
    /// Reads a dialect; `file` is only named in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, DialectError> {
        let fail = |line, message| DialectError { file: file.to_owned(), line, message };
        let dialect = Dialect::deserialize(
            toml::Deserializer::parse(text)
                .map_err(|error| fail(line_at(text, error.span()), error.message().to_owned()))?,
        )
        .map_err(|error| fail(line_at(text, error.span()), with_suggestion(error.message())))?;
        match contradiction(&dialect) {
            None => Ok(dialect),
            Some((place, message)) => Err(fail(line_of(text, place), format!("{place}: {message}"))),
        }
    }
}

/// The line a byte range begins in.
fn line_at(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let end = span.map_or(0, |span| span.start).min(text.len());
    1 + text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count()
}

/// The line that sets `section.key`, else the section's, else 1.
fn line_of(text: &str, place: &str) -> usize {
    let (section, key) = place.split_once('.').unwrap_or((place, ""));
    let header = format!("[{section}]");
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| line.trim() != header);
    let Some((start, _)) = lines.next() else { return 1 };
    let sets_key = |line: &str| line.split('=').next().is_some_and(|name| name.trim() == key);
    let found = lines.take_while(|(_, line)| !line.starts_with('[')).find(|(_, line)| sets_key(line));
    1 + found.map_or(start, |(line, _)| line)
}

/// serde names what it expected in backquotes behind "expected"; the nearest of these is what was meant.
fn with_suggestion(message: &str) -> String {
    let Some((found, expected)) = message.split_once(", expected") else { return message.to_owned() };
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let Some(name) = quoted(found).pop().filter(|_| found.starts_with("unknown")) else {
        return message.to_owned();
    };
    let nearest = quoted(expected)
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name, &known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, known)) if likeness > 0.7 => format!("{found}; did you mean `{known}`?"),
        _ => message.to_owned(),
    }
}

/// The first place where the values contradict each other.
fn contradiction(dialect: &Dialect) -> Option<(&'static str, &'static str)> {
    let endpoints = &dialect.endpoints;
    let grants = &dialect.grants;
    let paths = [
        Some(&endpoints.token),
        endpoints.authorize.as_ref(),
        endpoints.revocation.as_ref(),
        endpoints.introspection.as_ref(),
        endpoints.metadata.as_ref(),
        endpoints.device_authorization.as_ref(),
        endpoints.device.as_ref(),
    ];
    let bad_path = |path: &&String| !path.starts_with('/') || path.contains(['?', '#', '{', '}', ' ']);
    let rotates = dialect.refresh_token.as_ref().is_some_and(|rules| rules.rotation == Rotation::Rotated);
    let served_again = dialect.access_token.issue == AccessTokenIssue::ServedAgain;
    let code_seconds = dialect.authorization.as_ref().map_or(1, |rules| rules.code_seconds);
    let checks = [
        (!is_name(&dialect.name.to_string()), "name", "lower-case letters, digits and hyphens"),
        (paths.iter().flatten().any(bad_path), "endpoints", "a path begins with / and is literal"),
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
        (!(2..=86_400).contains(&dialect.access_token.seconds), "access_token.seconds", "2 to 86400"),
        (
            served_again && (rotates || grants.client_credentials_refresh_token),
            "access_token.issue",
            "a token that is served again cannot come with a refresh token",
        ),
        (
            !dialect.token_answer.members.contains(&AnswerMember::AccessToken),
            "token_answer.members",
            "access_token is missing",
        ),
        (
            dialect.limits.token.burst == 0 || dialect.limits.token.per_minute == 0,
            "limits.token",
            "at least 1",
        ),
        (dialect.limits.api.burst == 0 || dialect.limits.api.per_minute == 0, "limits.api", "at least 1"),
        (matches!(dialect.apps.users, Users::Listed(0)), "apps.users", "at least 1"),
        (bad_status(dialect), "token_errors", "a status is 400 to 599"),
        (!headers_are_names(dialect), "limits", "a header name is lower-case letters, digits and hyphens"),
    ];
    checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, place, message)| (place, message))
}

fn bad_status(dialect: &Dialect) -> bool {
    use crate::token_error::{TokenError, TokenErrorKind};
    let status = |&kind: &TokenErrorKind| TokenError::spell(dialect, kind, "").status;
    !TokenErrorKind::ALL.iter().map(status).all(|status| (400..600).contains(&status))
}

fn headers_are_names(dialect: &Dialect) -> bool {
    let headers = &dialect.limits.headers;
    let legacy = dialect.legacy_keys.as_ref();
    let mut names = [
        headers.limit.as_ref(),
        headers.remaining.as_ref(),
        headers.reset_seconds.as_ref(),
        dialect.limits.quota.as_ref().map(|quota| &quota.remaining_header),
        legacy.map(|keys| &keys.id_header),
        legacy.map(|keys| &keys.key_header),
    ]
    .into_iter()
    .flatten();
    names.all(|name| is_name(name))
}

fn is_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOTIFY: &str = include_str!("../../dialects/spotify.toml");

    fn error(from: &str, to: &str) -> DialectError {
        assert!(SPOTIFY.contains(from), "{from}");
        Dialect::parse("mine.toml", &SPOTIFY.replacen(from, to, 1)).unwrap_err()
    }

    fn line_with(text: &str) -> usize {
        1 + SPOTIFY.lines().position(|line| line.contains(text)).unwrap()
    }

    #[test]
    fn unknown_field() {
        let error = error("code_seconds =", "code_second =");
        assert_eq!((error.file.as_str(), error.line), ("mine.toml", line_with("code_seconds =")));
        assert_eq!(error.message, "unknown field `code_second`; did you mean `code_seconds`?");
    }

    #[test]
    fn unknown_variant() {
        let error = error("rotation = \"echoed\"", "rotation = \"echo\"");
        assert_eq!(error.line, line_with("rotation ="));
        assert_eq!(error.message, "unknown variant `echo`; did you mean `echoed`?");
    }

    #[test]
    fn missing_field() {
        let error = error("code_seconds = 600", "");
        assert_eq!(
            (error.line, error.message.as_str()),
            (line_with("[authorization]"), "missing field `code_seconds`")
        );
    }

    #[test]
    fn not_toml() {
        assert_eq!(error("code_seconds = 600", "code_seconds 600").line, line_with("code_seconds"));
    }

    #[test]
    fn contradictions_name_the_line() {
        let error = error("code_seconds = 600", "code_seconds = 601");
        assert_eq!(error.line, line_with("code_seconds"));
        assert_eq!(error.message, "authorization.code_seconds: 1 to 600 (RFC 6749 §4.1.2)");
    }
}
