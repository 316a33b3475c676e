//! The browser that calls: its cookies and the session they stand for.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use stagedoor_protocol::code::Handle;
use stagedoor_protocol::id::SessionId;
use stagedoor_protocol::session::{self, Session};
use stagedoor_wire::Secret;

use super::Door;
use crate::entropy;
use crate::settle::Stop;

/// A browser.
pub(crate) struct Visitor {
    /// Random text that forms shown before the sign-in are bound to.
    pub(crate) visit: String,
    is_new: bool,
    pub(crate) session: Option<(String, Session)>,
}

impl Visitor {
    /// Reads the cookies and looks the session up.
    pub(crate) async fn of(door: &Door<'_>, headers: &HeaderMap) -> Result<Self, Stop> {
        let known = cookie(headers, &cookie_name(door, "visit")).filter(|text| session::read(text).is_some());
        let is_new = known.is_none();
        let visit =
            known.unwrap_or_else(|| Handle::new(0, &mut entropy::rng()).write("").expose().to_owned());
        let Some(text) = cookie(headers, &cookie_name(door, "session")) else {
            return Ok(Self { visit, is_new, session: None });
        };
        let Some(handle) = session::read(&text) else { return Ok(Self { visit, is_new, session: None }) };
        let found = door.store.session(SessionId(handle.id)).await?;
        let session = found.filter(|found| found.accepts(&handle, door.now)).map(|found| (text, found));
        Ok(Self { visit, is_new, session })
    }

    /// Gives the browser its visit cookie, if it has none.
    pub(crate) fn greet(&self, door: &Door<'_>, response: &mut Response) {
        if self.is_new {
            set_cookie(door, response, "visit", &self.visit, None);
        }
    }
}

/// Hands the browser a session.
pub(crate) fn let_in(door: &Door<'_>, response: &mut Response, handle: &Secret) {
    set_cookie(door, response, "session", handle.expose(), Some(session::SESSION_SECONDS));
}

/// Takes the session from the browser.
pub(crate) fn let_out(door: &Door<'_>, response: &mut Response) {
    set_cookie(door, response, "session", "", Some(0));
}

/// Sets a cookie for the pages behind the door.
pub(crate) fn set_cookie(
    door: &Door<'_>,
    response: &mut Response,
    name: &str,
    value: &str,
    max_age_seconds: Option<i64>,
) {
    set_cookie_in(door, response, Scope::Door, name, value, max_age_seconds);
}

/// Which pages a cookie is for, where it can keep to a path.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    /// Those behind the door.
    Door,
    Path(&'static str),
}

/// Only this host's pages get the cookie, no script reads it, and it goes along with no other site's forms. On plain
/// HTTP, which is loopback, browsers refuse `Secure` and the `__Host-` prefix, and a cookie goes to every port of the host:
/// there it keeps to a path.
pub(crate) fn set_cookie_in(
    door: &Door<'_>,
    response: &mut Response,
    scope: Scope,
    name: &str,
    value: &str,
    max_age_seconds: Option<i64>,
) {
    let secure = door.origin.starts_with("https://");
    let scope = match scope {
        _ if secure => "; Path=/; Secure".to_owned(),
        Scope::Door if door.path.is_empty() => "; Path=/".to_owned(),
        // Those below it too, and not those it is merely the beginning of (RFC 6265 §5.1.4).
        Scope::Door => format!("; Path={}", door.path),
        Scope::Path(path) => format!("; Path={path}"),
    };
    let age = max_age_seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let name = cookie_name(door, name);
    let cookie = format!("{name}={value}{scope}; HttpOnly; SameSite=Lax{age}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

pub(crate) fn cookie_name(door: &Door<'_>, name: &str) -> String {
    let prefix = if door.origin.starts_with("https://") { "__Host-" } else { "" };
    format!("{prefix}stagedoor_{name}")
}

pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
}
