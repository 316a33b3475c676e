//! A successful answer of the token endpoint (RFC 6749 §5.1): written as the dialect spells it, read tolerantly.

use crate::dialect::{Absent, AnswerMember, Dialect, ScopeMember};
use crate::{Scopes, Secret};

/// What the token endpoint gives.
#[derive(Debug, Clone)]
pub struct TokenAnswer {
    /// `access_token`.
    pub access_token: Secret,
    /// `expires_in`: remaining lifetime in seconds.
    pub expires_in_seconds: u32,
    /// `refresh_token`.
    pub refresh_token: Option<Secret>,
    /// What the token may do; `None` for a token that stands for the app alone.
    pub scopes: Option<Scopes>,
}

/// The answer of a token endpoint was not one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UnreadableAnswer {
    /// The body is not a JSON object.
    #[error("the answer is not a JSON object")]
    NotAnObject,
    /// No text under `access_token`.
    #[error("the answer holds no access_token")]
    NoAccessToken,
}

impl TokenAnswer {
    /// The body, members in the dialect's order.
    pub fn write(&self, dialect: &Dialect) -> Vec<u8> {
        let spelling = &dialect.token_answer;
        let mut body = Vec::with_capacity(512);
        body.push(b'{');
        for member in &spelling.members {
            match member {
                AnswerMember::AccessToken => text(&mut body, "access_token", self.access_token.expose()),
                AnswerMember::TokenType => text(&mut body, "token_type", &spelling.token_type),
                AnswerMember::ExpiresIn => {
                    name(&mut body, "expires_in");
                    body.extend_from_slice(itoa::Buffer::new().format(self.expires_in_seconds).as_bytes());
                }
                AnswerMember::RefreshToken => match (&self.refresh_token, spelling.refresh_token_absent) {
                    (Some(token), _) => text(&mut body, "refresh_token", token.expose()),
                    (None, Absent::Null) => literal(&mut body, "refresh_token", "null"),
                    (None, Absent::Omitted) => {}
                },
                AnswerMember::Scope => self.write_scope(&mut body, dialect),
                AnswerMember::Ok => literal(&mut body, "ok", "true"),
            }
        }
        body.push(b'}');
        body
    }

    fn write_scope(&self, body: &mut Vec<u8>, dialect: &Dialect) {
        let spelling = &dialect.token_answer;
        let rule = if self.scopes.is_some() { spelling.scope_for_user } else { spelling.scope_for_app };
        match rule {
            ScopeMember::Omitted => {}
            ScopeMember::Empty => text(body, "scope", ""),
            ScopeMember::Granted => text(body, "scope", self.scopes.as_ref().map_or("", Scopes::as_str)),
        }
    }

    /// Reads a body written by any provider: `expires_in` may be text, a fraction or missing, `token_type` may be missing,
    /// `null` and an empty text count as absent. `default_seconds` stands in for a missing lifetime.
    pub fn read(body: &[u8], default_seconds: u32) -> Result<Self, UnreadableAnswer> {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(body).map_err(|_| UnreadableAnswer::NotAnObject)?;
        let member = |name: &str| object.get(name).and_then(serde_json::Value::as_str);
        // An empty refresh token must not take the place of a good one.
        let token = |name: &str| member(name).filter(|token| is_token(token)).map(Secret::new);
        Ok(Self {
            access_token: token("access_token").ok_or(UnreadableAnswer::NoAccessToken)?,
            expires_in_seconds: object.get("expires_in").and_then(lifetime).unwrap_or(default_seconds),
            refresh_token: token("refresh_token"),
            scopes: member("scope").map(|text| text.split(' ').collect()),
        })
    }
}

/// The longest lifetime that is believed: a year.
const MAX_LIFETIME_SECONDS: u32 = 365 * 86_400;

/// Something that may be sent back: it is not empty and breaks no header.
fn is_token(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// Whole seconds, rounded down; what ended before it began lasts for none.
fn lifetime(value: &serde_json::Value) -> Option<u32> {
    let seconds = match value {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let seconds = seconds.filter(|seconds: &f64| !seconds.is_nan())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
    Some(seconds.clamp(0.0, f64::from(MAX_LIFETIME_SECONDS)) as u32)
}

fn name(body: &mut Vec<u8>, name: &str) {
    if body.len() > 1 {
        body.push(b',');
    }
    body.push(b'"');
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(b"\":");
}

fn literal(body: &mut Vec<u8>, member: &str, value: &str) {
    name(body, member);
    body.extend_from_slice(value.as_bytes());
}

fn text(body: &mut Vec<u8>, member: &str, value: &str) {
    name(body, member);
    if value.bytes().all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
        body.push(b'"');
        body.extend_from_slice(value.as_bytes());
        body.push(b'"');
    } else {
        body.extend_from_slice(serde_json::Value::from(value).to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What the server writes in any dialect, the client reads.
        #[test]
        fn written_then_read(
            access in "[!-~]{1,80}", refresh in proptest::option::of("[!-~]{1,80}"),
            seconds in 0u32..100_000, scope in proptest::option::of("[a-z]{1,8}( [a-z]{1,8}){0,3}"),
        ) {
            for dialect in Dialect::all_built_in() {
                let answer = TokenAnswer {
                    access_token: Secret::new(access.clone()),
                    expires_in_seconds: seconds,
                    refresh_token: refresh.clone().map(Secret::new),
                    scopes: scope.as_deref().map(|text| Scopes::parse(text).unwrap()),
                };
                let read = TokenAnswer::read(&answer.write(&dialect), 1).unwrap();
                prop_assert!(read.access_token.ct_eq(&answer.access_token));
                prop_assert_eq!(read.expires_in_seconds, seconds);
                prop_assert_eq!(read.refresh_token.map(|t| t.expose().to_owned()), refresh.clone());
                if dialect.token_answer.scope_for_user == ScopeMember::Granted {
                    prop_assert_eq!(read.scopes, answer.scopes);
                }
            }
        }

        #[test]
        fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = TokenAnswer::read(&body, 1);
        }
    }

    #[test]
    fn bandcamps_order() {
        let answer = TokenAnswer {
            access_token: Secret::new("a"),
            expires_in_seconds: 3600,
            refresh_token: Some(Secret::new("r")),
            scopes: None,
        };
        let body = answer.write(&Dialect::built_in("bandcamp").unwrap());
        let expected =
            r#"{"expires_in":3600,"access_token":"a","refresh_token":"r","ok":true,"token_type":"bearer"}"#;
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    #[test]
    fn sloppy_answers_are_read() {
        let read =
            TokenAnswer::read(br#"{"access_token":"a","expires_in":"60","refresh_token":null}"#, 1).unwrap();
        assert_eq!((read.expires_in_seconds, read.refresh_token.is_none()), (60, true));
        assert_eq!(TokenAnswer::read(br#"{"access_token":"a"}"#, 900).unwrap().expires_in_seconds, 900);
        assert_eq!(TokenAnswer::read(b"<html>", 1).unwrap_err(), UnreadableAnswer::NotAnObject);
        assert_eq!(TokenAnswer::read(b"{}", 1).unwrap_err(), UnreadableAnswer::NoAccessToken);
    }

    #[test]
    fn what_is_no_token_counts_as_absent() {
        for refresh in [r#""""#, r#""a\nb""#, "7"] {
            let body = format!(r#"{{"access_token":"a","refresh_token":{refresh}}}"#);
            assert!(TokenAnswer::read(body.as_bytes(), 1).unwrap().refresh_token.is_none(), "{body}");
        }
        for body in [r#"{"access_token":""}"#, r#"{"access_token":"a\r\nX: y"}"#] {
            let error = TokenAnswer::read(body.as_bytes(), 1).unwrap_err();
            assert_eq!(error, UnreadableAnswer::NoAccessToken, "{body}");
        }
    }

    #[test]
    fn lifetimes_of_all_kinds() {
        for (written, seconds) in [
            ("-1", 0),
            ("\"-60\"", 0),
            ("59.9", 59),
            ("\"59.9\"", 59),
            ("1e300", MAX_LIFETIME_SECONDS),
            ("18446744073709551615", MAX_LIFETIME_SECONDS),
            ("null", 900),
            ("\"soon\"", 900),
            ("\"NaN\"", 900),
        ] {
            let body = format!(r#"{{"access_token":"a","expires_in":{written}}}"#);
            let read = TokenAnswer::read(body.as_bytes(), 900).unwrap();
            assert_eq!(read.expires_in_seconds, seconds, "{written}");
        }
    }
}
