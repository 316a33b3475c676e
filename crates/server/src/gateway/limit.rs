//! Whether the caller has calls left, and the headers that tell how many.

use axum::http::{Extensions, HeaderName, HeaderValue};
use axum::response::Response;
use stagedoor_protocol::Timestamp;
use stagedoor_wire::api_error::ApiErrorKind;

use super::authenticate::Caller;
use super::refuse::Refused;
use crate::api::Api;
use crate::figures::Limited;
use crate::limit::{Key, QuotaCounter, Verdict};
use crate::listen::address;

/// Where the caller stands after a call, let through or not.
pub(crate) struct Share {
    verdict: Option<Verdict>,
    team: Key,
    now: Timestamp,
}

/// Takes one call out of the caller's rate; the quota is only looked at, for calls that fail don't count.
pub(super) fn take(api: &Api, caller: &Caller, now: Timestamp) -> Result<Share, Refused> {
    let team = Key::Team(caller.team);
    let Some(limits) = &api.limits else { return Ok(Share { verdict: None, team, now }) };
    let key = match caller.account {
        Some(account) => Key::AppAndAccount(caller.app, account),
        None => Key::App(caller.app),
    };
    let verdict = limits.api.check(key, now);
    let share = Share { verdict: Some(verdict), team, now };
    let (kind, retry_after_seconds) = if !verdict.allowed {
        (ApiErrorKind::RateLimited, verdict.retry_after_seconds)
    } else if limits.quota.as_ref().is_some_and(|quota| quota.remaining(team, now) == 0) {
        (ApiErrorKind::QuotaExhausted, QuotaCounter::reset_seconds(now))
    } else {
        return Ok(share);
    };
    let limit = if kind == ApiErrorKind::QuotaExhausted { Limited::Quota } else { Limited::Api };
    api.figures.limited(limit);
    api.figures.apps.limited(caller.app, &caller.client_id);
    Err(Refused::Limited { kind, retry_after_seconds, share: Some(share) })
}

/// Before a legacy key is compared: it may be weak, so whoever has used up an address's share by guessing is not answered even
/// when right.
pub(super) fn admit(api: &Api, extensions: &Extensions, now: Timestamp) -> Result<(), Refused> {
    let Some(limits) = &api.limits else { return Ok(()) };
    match limits.api.wait_seconds(Key::of_address(address(extensions)), now) {
        0 => Ok(()),
        retry_after_seconds => {
            api.figures.limited(Limited::Api);
            Err(Refused::Limited { kind: ApiErrorKind::RateLimited, retry_after_seconds, share: None })
        }
    }
}

/// Counts a call that was not authenticated for its address, so that guessing is slow; beyond the limit it is told so.
pub(super) fn unauthenticated(
    api: &Api,
    extensions: &Extensions,
    refused: Refused,
    now: Timestamp,
) -> Refused {
    let Some(limits) = &api.limits else { return refused };
    let verdict = limits.api.check(Key::of_address(address(extensions)), now);
    if verdict.allowed {
        return refused;
    }
    api.figures.limited(Limited::Api);
    let retry_after_seconds = verdict.retry_after_seconds;
    Refused::Limited { kind: ApiErrorKind::RateLimited, retry_after_seconds, share: None }
}

impl Share {
    /// Counts the call, if it was answered well, and adds the dialect's headers.
    pub(super) fn finish(&self, api: &Api, response: &mut Response) {
        if let Some(verdict) = &self.verdict {
            let names = &api.dialect().limits.headers;
            insert(response, names.limit.as_ref(), u64::from(verdict.limit));
            insert(response, names.remaining.as_ref(), u64::from(verdict.remaining));
            insert(response, names.reset_seconds.as_ref(), u64::from(verdict.reset_seconds));
        }
        let quota = api.dialect().limits.quota.as_ref();
        let counter = api.limits.as_ref().and_then(|limits| limits.quota.as_ref());
        let Some(quota) = quota else { return };
        // Lifted limits still answer with the header that clients read.
        let remaining = match counter {
            Some(counter) => {
                if response.status().is_success() {
                    counter.count(self.team, self.now);
                }
                counter.remaining(self.team, self.now)
            }
            None => quota.calls,
        };
        insert(response, Some(&quota.remaining_header), remaining);
    }
}

fn insert(response: &mut Response, name: Option<&String>, value: u64) {
    if let Some(name) = name.and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok()) {
        response.headers_mut().insert(name, HeaderValue::from(value));
    }
}
