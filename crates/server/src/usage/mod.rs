//! What each app does, counted: calls and token requests by endpoint and outcome, whom it calls for, and why it was refused.
//!
//! Whoever answers a request takes a tally out of a place, adds to it and puts it back; nobody waits for anybody. `write`
//! collects the tallies and commits them, so that a crash loses no more than the last second.

mod endpoint;
pub mod page;
mod places;
pub mod plot;
mod tally;
mod words;
mod write;

use std::sync::atomic::AtomicBool;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::id::{AccountId, AppId, SecretId};
use stagedoor_protocol::usage::{AppUsage, Outcome};

pub use endpoint::EndpointName;
use places::{Merge, Places};
use tally::Tally;
pub use write::{write, write_once};

/// What was counted and is not written yet.
#[derive(Default)]
pub struct Usage {
    places: Places<Tally>,
    /// Whether the last attempt to write it failed: said once, not with each.
    is_late: AtomicBool,
}

/// A request of an app that has shown that it is this app.
pub struct Request<'a> {
    pub app: AppId,
    pub at: Timestamp,
    /// By the name of its [`EndpointName`], or the token endpoint.
    pub endpoint: &'a str,
    pub outcome: Outcome,
    /// Whom it acts for.
    pub account: Option<AccountId>,
    /// Why it was refused, where this server did.
    pub reason: Option<&'static str>,
    /// The client secret that it showed.
    pub secret: Option<SecretId>,
}

impl Usage {
    /// Counts a request.
    pub fn count(&self, request: &Request<'_>) {
        self.places.with(|tally| tally.count(request));
    }

    /// Notes a request of somebody who named the app and did not prove to be it: nothing is counted, but its developer may
    /// want to know.
    pub fn refuse(&self, app: AppId, at: Timestamp, endpoint: &str, reason: &'static str) {
        self.places.with(|tally| tally.refuse(app, at, endpoint, reason));
    }

    /// Takes out what was counted.
    fn take(&self) -> Tally {
        let mut all = Tally::default();
        self.places.take_all(|tally| all.merge(tally));
        all
    }

    /// Puts back what could not be written.
    fn put_back(&self, usage: impl IntoIterator<Item = AppUsage>) {
        self.places.with(|tally| usage.into_iter().for_each(|usage| tally.add(usage)));
    }
}

#[cfg(test)]
mod tests;
