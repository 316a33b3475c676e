//! A call as the routes see it: path, query and body, read strictly.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use stagedoor_protocol::administration::Expectation;
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::idempotency::{self, CallName, Fingerprint, Verdict};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::{Decision, Effect, Timestamp};
use stagedoor_store::{CommitError, Page, Store};
use stagedoor_wire::strict_toml;

use super::problem::Problem;
use super::route::{self, Found, Route};
use super::{BASE, Caller, answer, state};
use crate::http::read_body;
use crate::{Api, Server};

const USUAL_ROWS: u32 = 100;
const MOST_ROWS: u32 = 1000;

/// A call.
pub(super) struct Call<'a> {
    pub(super) server: &'a Server,
    route: &'static Route,
    /// What the path names, decoded.
    named: Vec<String>,
    query: Vec<(String, String)>,
    body: Bytes,
    caller: &'a Caller,
    /// Goes with its effects where it came with an idempotency key.
    once: Option<Effect>,
}

impl<'a> Call<'a> {
    /// Finds the route, and reads the rest for a caller who may ask for it.
    pub(super) async fn read(
        server: &'a Server,
        request: Request<Body>,
        caller: &'a Caller,
    ) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let (route, named) = find(&parts.method, path)?;
        if !caller.may(route.needs) {
            return Err(Problem::not_allowed(route.needs));
        }
        let unreadable =
            |()| Problem::bad("the body is too large or was cut short", "send a smaller one, whole");
        let body = if route.path == "state" {
            axum::body::to_bytes(body, state::MAX_BODY_BYTES).await.map_err(drop)
        } else {
            read_body(body).await.map_err(drop)
        };
        let body = body.map_err(unreadable)?;
        let query = parts.uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { server, route, named, query, body, caller, once: None })
    }

    /// Answers it by its route. One that came before, with the same key, is answered as it was then.
    pub(super) async fn answer(mut self, key: Option<CallName>, address: &str) -> Result<Response, Problem> {
        let Some(name) = key.filter(|_| self.route.method == "POST") else {
            return Ok((self.route.answer)(&self).await?.into_response());
        };
        let request = [self.route.method.as_bytes(), address.as_bytes(), &self.body];
        let begun = self.store().begun_call(&name).await?;
        match idempotency::judge(begun, self.keys()?, self.now(), request) {
            Verdict::Answer => {}
            Verdict::Again(kept) => return Ok(answer::again(kept)),
            Verdict::NotAnswered => return Err(Problem::not_answered()),
            Verdict::Other => return Err(Problem::other_request()),
        }
        let fingerprint = Fingerprint::of(self.keys()?, self.now(), request);
        self.once = Some(idempotency::begin(&name, fingerprint, self.now()));
        let answer = (self.route.answer)(&self).await?;
        let kept = Effect::KeepAnswer { name, answer: answer.kept() };
        // What was only looked at was not begun: then there is nothing to keep.
        if let Err(error @ CommitError::Unavailable(_)) = self.store().commit(vec![kept]).await {
            tracing::warn!(%error, "an answer could not be kept for its idempotency key");
        }
        Ok(answer.into_response())
    }

    /// What the path names.
    pub(super) fn named(&self, name: &str) -> &str {
        let at = self.route.parameters().position(|own| own == name);
        at.and_then(|at| self.named.get(at)).map_or("", String::as_str)
    }

    pub(super) fn store(&self) -> &Store {
        self.server.store()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.server.clock().now()
    }

    /// The keys, which all APIs share.
    pub(super) fn keys(&self) -> Result<&'a KeyRing, Problem> {
        keys(self.server)
    }

    /// Goes before the effects of a call: that its credential was not revoked since, and that it is done once.
    pub(super) fn given(&self) -> impl Iterator<Item = Effect> {
        let credential = self.caller.credential.iter().map(|own| Expectation::Credential(own.id));
        credential.map(Effect::Expect).chain(self.once.clone())
    }

    /// Who asks, for the audit log.
    pub(super) fn actor(&self) -> &str {
        &self.caller.actor
    }

    /// By which way they ask, for the audit log.
    pub(super) fn origin(&self) -> Origin<'static> {
        Origin { way: self.caller.origin, address: self.caller.address }
    }

    /// The API with this name.
    pub(super) fn api(&self, name: &str) -> Result<&Arc<Api>, Problem> {
        let mut apis = self.server.apis().iter();
        apis.find(|api| &*api.rules.api == name).ok_or_else(|| {
            let names: Vec<_> = self.server.apis().iter().map(|api| &*api.rules.api).collect();
            let cure = match strict_toml::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the configuration has {}", names.join(", ")),
            };
            Problem::new(StatusCode::NOT_FOUND, "api-unknown", format!("no API is named {name}"), cure)
        })
    }

    /// Commits what was decided, and gives the reply.
    pub(super) async fn settle<T, R: Into<Problem>>(&self, decision: Decision<T, R>) -> Result<T, Problem> {
        let Decision { reply, mut effects } = decision.by_way_of(self.origin());
        if reply.is_ok() {
            effects.splice(..0, self.given());
        }
        self.store().commit(effects).await?;
        reply.map_err(Into::into)
    }

    /// The body as `T`, whose types refuse unknown members.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let body = if self.body.is_empty() { b"{}" } else { &self.body[..] };
        let wrong =
            |message: String| Problem::bad(message, "send a JSON object with the members this call takes");
        // serde takes a list as well, of the members in their order.
        if body.trim_ascii_start().first().is_some_and(|first| *first == b'[') {
            return Err(wrong("the body is a list".to_owned()));
        }
        serde_json::from_slice(body)
            .map_err(|error| wrong(strict_toml::in_plain_words(&without_values(&error.to_string()))))
    }

    /// The query's values in the order of `names`; a name that is not among them is refused.
    pub(super) fn query<const N: usize>(&self, names: [&str; N]) -> Result<[Option<&str>; N], Problem> {
        let mut values = [None; N];
        for (name, value) in &self.query {
            let Some(at) = names.iter().position(|known| known == name) else {
                let cure = match strict_toml::nearest(name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("this list takes {}", names.join(", ")),
                };
                return Err(Problem::bad(format!("unknown parameter `{name}`"), cure));
            };
            values[at] = Some(value.as_str());
        }
        Ok(values)
    }

    /// How many rows a page holds.
    pub(super) fn limit(text: Option<&str>) -> Result<u32, Problem> {
        let Some(text) = text else { return Ok(USUAL_ROWS) };
        let limit = text.parse().ok().filter(|limit| (1..=MOST_ROWS).contains(limit));
        limit.ok_or_else(|| Problem::bad(format!("`limit` is {text}"), format!("give 1 to {MOST_ROWS}")))
    }

    /// The page that a list of ids is asked for, with one row more, and how many are shown of it.
    pub(super) fn page<Id>(
        limit: Option<&str>,
        cursor: Option<&str>,
        id: impl FnOnce(i64) -> Id,
    ) -> Result<(Page<Id>, u32), Problem> {
        let limit = Self::limit(limit)?;
        let behind = match cursor {
            Some(text) => Some(id(text.parse().map_err(|_| bad_cursor())?)),
            None => None,
        };
        Ok((Page { behind, limit: limit + 1 }, limit))
    }
}

/// The route of a path, and what the path names.
fn find(method: &Method, path: &str) -> Result<(&'static Route, Vec<String>), Problem> {
    let unknown = || Problem::not_found("route", path, "all routes begin with /admin/v1/");
    let behind = path.strip_prefix(BASE).ok_or_else(unknown)?;
    let segments: Vec<String> = behind.split('/').map(decode).collect::<Option<_>>().ok_or_else(unknown)?;
    match route::find(method.as_str(), &segments) {
        Found::Route(route, named) => Ok((route, named)),
        Found::OtherMethod(methods) => Err(Problem::other_method(method, &methods)),
        Found::Nothing => Err(Problem::no_route(method, behind)),
    }
}

pub(super) fn keys(server: &Server) -> Result<&KeyRing, Problem> {
    let none = || Problem::not_found("API", "at all", "add an [[api]] to the configuration");
    Ok(&*server.apis().first().ok_or_else(none)?.rules.keys)
}

pub(super) fn bad_cursor() -> Problem {
    Problem::bad("`cursor` is none of this list", "give `next` of the page before, or leave it out")
}

/// A time as people and programs write it (RFC 3339).
pub(super) fn time(name: &str, text: &str) -> Result<Timestamp, Problem> {
    let cure = "write it as 2027-01-31T12:00:00Z";
    Timestamp::from_rfc3339(text).ok_or_else(|| Problem::bad(format!("`{name}` is no time"), cure))
}

/// Percent-decoding (RFC 3986 §2.1); `None` where that gives no text, or none at all.
fn decode(segment: &str) -> Option<String> {
    // A plus sign is itself in a path, where a form's means a blank.
    let whole = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(whole.as_bytes()).next()?.1.into_owned();
    (!decoded.is_empty() && !decoded.contains(char::REPLACEMENT_CHARACTER)).then_some(decoded)
}

/// serde shows the value it did not expect: that may be a password.
fn without_values(message: &str) -> String {
    let Some(at) = message.find("invalid type: ").or_else(|| message.find("invalid value: ")) else {
        return message.to_owned();
    };
    match message[at..].rsplit_once(", expected ") {
        Some((_, expected)) => {
            format!("{}a value is not what belongs there: expected {expected}", &message[..at])
        }
        None => format!("{}a value is not what belongs there", &message[..at]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments() {
        let cases = [
            ("a", Some("a")),
            ("a%20b", Some("a b")),
            ("a+b", Some("a+b")),
            ("a&b", Some("a&b")),
            ("%C3%A4", Some("ä")),
            ("", None),
            ("%FF", None),
        ];
        for (segment, expected) in cases {
            assert_eq!(decode(segment).as_deref(), expected, "{segment}");
        }
    }

    #[test]
    fn values_are_not_repeated() {
        let said = without_values(
            "invalid type: string \"hunter2, expected\", expected a boolean at line 1 column 2",
        );
        assert_eq!(said, "a value is not what belongs there: expected a boolean at line 1 column 2");
        assert_eq!(without_values("unknown field `a`"), "unknown field `a`");
    }
}
