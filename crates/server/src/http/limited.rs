//! Counting requests of the OAuth endpoints: for the app once the client has proved itself, else for the address. No one can
//! use up another's share.

use axum::http::request::Parts;
use stagedoor_protocol::client_secret::is_of_own_form;
use stagedoor_protocol::{Facts, Refusal};
use stagedoor_wire::token_request::ClientCredentials;

use crate::api::Api;
use crate::figures::Limited;
use crate::limit::Key;
use crate::listen::address;
use crate::settle::Stop;

/// Before a secret is compared: one that was not made here may be weak, so whoever has used up an address's share by guessing
/// is not answered even when right. Those made here are not to be guessed, and their owners share no count with strangers.
pub(super) fn admit(api: &Api, parts: &Parts, client: &ClientCredentials) -> Result<(), Stop> {
    let form = api.dialect().apps.client_secret;
    let Some(limits) = &api.limits else { return Ok(()) };
    if client.secrets.iter().all(|secret| is_of_own_form(form, secret)) {
        return Ok(());
    }
    match limits.token.wait_seconds(Key::of_address(address(&parts.extensions)), api.now()) {
        0 => Ok(()),
        retry_after_seconds => {
            api.figures.limited(Limited::Token);
            Err(Stop::Limited { retry_after_seconds })
        }
    }
}

/// Counts a request that was decided. `refusal` is why it was refused, if it was.
pub(super) fn count(
    api: &Api,
    parts: &Parts,
    client: &ClientCredentials,
    facts: &Facts,
    refusal: Option<&Refusal>,
) -> Result<(), Stop> {
    match facts.app.as_ref().filter(|_| has_proven(client, refusal)) {
        Some(app) => {
            take(api, Key::App(app.id)).inspect_err(|_| api.figures.apps.limited(app.id, &app.client_id))
        }
        None => take(api, Key::of_address(address(&parts.extensions))),
    }
}

/// Whether the client has shown that it is the app it names. Secrets that were shown and not refused were right; a client that
/// shows none may be anyone.
pub(super) fn has_proven(client: &ClientCredentials, refusal: Option<&Refusal>) -> bool {
    !client.secrets.is_empty() && !refusal.is_some_and(Refusal::is_unauthenticated)
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
        api.figures.limited(Limited::Token);
        Err(Stop::Limited { retry_after_seconds: verdict.retry_after_seconds })
    }
}
