//! Counting requests of the OAuth endpoints: for the app once the client has proved itself, else for the address. No one can
//! use up another's share.

use axum::http::request::Parts;
use stagedoor_protocol::{Facts, Refusal};
use stagedoor_wire::token_request::ClientCredentials;

use crate::api::Api;
use crate::limit::Key;
use crate::listen::address;
use crate::settle::Stop;

/// Counts a request that was decided. `refusal` is why it was refused, if it was.
pub(super) fn count(
    api: &Api,
    parts: &Parts,
    client: &ClientCredentials,
    facts: &Facts,
    refusal: Option<&Refusal>,
) -> Result<(), Stop> {
    // Secrets that were shown and not refused were right; a client that shows none may be anyone.
    let proven = !client.secrets.is_empty() && !refusal.is_some_and(Refusal::is_unauthenticated);
    let app = facts.app.as_ref().filter(|_| proven).map(|app| Key::App(app.id));
    take(api, app.unwrap_or_else(|| Key::of_address(address(&parts.extensions))))
}

/// Counts a request that could not be read.
pub(super) fn count_unreadable(api: &Api, parts: &Parts) -> Result<(), Stop> {
    take(api, Key::of_address(address(&parts.extensions)))
}

fn take(api: &Api, key: Key) -> Result<(), Stop> {
    let Some(limits) = &api.limits else { return Ok(()) };
    let verdict = limits.token.check(key, api.now());
    if verdict.allowed {
        Ok(())
    } else {
        Err(Stop::Limited { retry_after_seconds: verdict.retry_after_seconds })
    }
}
