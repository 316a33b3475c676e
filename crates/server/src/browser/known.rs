//! Browsers that a person signed in with before: a stranger's guesses at their password must not keep them out. The cookie
//! is a MAC over the e-mail address: it names no one, and is worth nothing for any other account.

use axum::http::HeaderMap;
use axum::response::Response;

use super::visitor::{cookie, cookie_name, set_cookie};
use super::{Door, form_token};

const NAME: &str = "known";
const SECONDS: i64 = 180 * 24 * 3600;
/// Forms are bound to a cookie of 32 letters instead, so that neither is ever taken for the other.
const WHAT: &str = "known browser";

/// Remembers, for half a year from the last time, that this person signed in with this browser.
pub(super) fn remember(door: &Door<'_>, response: &mut Response, email: &str) {
    let value = form_token::make(door, WHAT, &email.to_lowercase());
    set_cookie(door, response, NAME, &value, Some(SECONDS));
}

/// Whether the person who types this e-mail signed in with this browser before.
pub(super) fn is_known(door: &Door<'_>, headers: &HeaderMap, email: &str) -> bool {
    let shown = cookie(headers, &cookie_name(door, NAME));
    shown.is_some_and(|shown| form_token::check(door, &shown, WHAT, &email.to_lowercase()))
}
