//! What was counted of all apps within a moment. However long nobody takes it away, and whatever apps call, it stays small:
//! beyond so many entries what is new is left out.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::id::{AccountId, AppId, SecretId};
use stagedoor_protocol::usage::{AppUsage, Hour, OTHERS, Outcomes, Refused};

use super::Request;
use super::places::Merge;
use crate::request::{RequestId, current_id};

/// Endpoints of an app, and kinds of its refusals, that are told apart.
const PER_APP: usize = 64;
/// Entries of all apps together.
const MOST: usize = 200_000;

/// By hour, as the clock was: `dev` moves it.
#[derive(Default)]
pub(super) struct Tally {
    hours: BTreeMap<Hour, HashMap<AppId, AppTally, RandomState>>,
    entries: usize,
    left_out: u64,
}

#[derive(Default)]
struct AppTally {
    calls: HashMap<Box<str>, Outcomes, RandomState>,
    people: HashSet<AccountId, RandomState>,
    refused: Vec<Refused>,
    secrets: Vec<(SecretId, Timestamp)>,
}

impl Tally {
    pub(super) fn count(&mut self, request: &Request<'_>) {
        let Request { app, at, endpoint, outcome, account, reason, secret } = *request;
        let mut outcomes = Outcomes::default();
        outcomes.count(outcome);
        let Some((own, entries)) = self.of(app, Hour::of(at)) else { return };
        own.call(endpoint, outcomes, entries);
        if let Some(account) = account {
            own.person(account, entries);
        }
        if let Some(reason) = reason {
            own.refuse(at, endpoint, reason, entries);
        }
        if let Some(secret) = secret {
            own.secret(secret, at, entries);
        }
    }

    pub(super) fn refuse(&mut self, app: AppId, at: Timestamp, endpoint: &str, reason: &'static str) {
        if let Some((own, entries)) = self.of(app, Hour::of(at)) {
            own.refuse(at, endpoint, reason, entries);
        }
    }

    /// Adds what was taken out before.
    pub(super) fn add(&mut self, usage: AppUsage) {
        let AppUsage { app, hour, calls, people, refused, secrets } = usage;
        let Some((own, entries)) = self.of(app, hour) else { return };
        calls.into_iter().for_each(|(endpoint, outcomes)| own.call(&endpoint, outcomes, entries));
        people.into_iter().for_each(|account| own.person(account, entries));
        refused.into_iter().for_each(|refused| own.add_refused(refused, entries));
        secrets.into_iter().for_each(|(secret, at)| own.secret(secret, at, entries));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hours.is_empty()
    }

    /// Requests that were not counted, because there was too much to count.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// An entry for each app and hour, so that what lies together in the database is written together.
    pub(super) fn into_usage(self) -> impl Iterator<Item = AppUsage> {
        self.hours.into_iter().flat_map(|(hour, apps)| {
            let mut apps: Vec<_> = apps.into_iter().collect();
            apps.sort_unstable_by_key(|(app, _)| *app);
            apps.into_iter().map(move |(app, own)| own.into_usage(app, hour))
        })
    }

    fn of(&mut self, app: AppId, hour: Hour) -> Option<(&mut AppTally, &mut usize)> {
        let own = match self.hours.entry(hour).or_default().entry(app) {
            Entry::Occupied(own) => own.into_mut(),
            Entry::Vacant(_) if self.entries >= MOST => {
                self.left_out += 1;
                return None;
            }
            Entry::Vacant(place) => {
                self.entries += 1;
                place.insert(AppTally::default())
            }
        };
        Some((own, &mut self.entries))
    }
}

impl Merge for Tally {
    fn merge(&mut self, other: Self) {
        if self.is_empty() {
            *self = Self { left_out: self.left_out + other.left_out, ..other };
            return;
        }
        self.left_out += other.left_out;
        other.into_usage().for_each(|usage| self.add(usage));
    }
}

impl AppTally {
    fn call(&mut self, endpoint: &str, outcomes: Outcomes, entries: &mut usize) {
        if let Some(own) = self.calls.get_mut(endpoint) {
            *own += outcomes;
            return;
        }
        let is_told_apart = self.calls.len() < PER_APP && *entries < MOST;
        let endpoint = if is_told_apart { endpoint } else { OTHERS };
        // `others` itself comes once for an app.
        *entries += usize::from(is_told_apart);
        *self.calls.entry(endpoint.into()).or_default() += outcomes;
    }

    fn person(&mut self, account: AccountId, entries: &mut usize) {
        if *entries < MOST && self.people.insert(account) {
            *entries += 1;
        }
    }

    /// An app has a handful of secrets.
    fn secret(&mut self, secret: SecretId, at: Timestamp, entries: &mut usize) {
        match self.secrets.iter_mut().find(|(own, _)| *own == secret) {
            Some((_, last)) => *last = at.max(*last),
            None if *entries < MOST => {
                *entries += 1;
                self.secrets.push((secret, at));
            }
            None => {}
        }
    }

    fn refuse(&mut self, at: Timestamp, endpoint: &str, reason: &'static str, entries: &mut usize) {
        let id = current_id();
        let request_id = id.as_ref().map_or("", RequestId::as_str);
        if let Some(own) = self.refused(reason, endpoint) {
            own.times += 1;
            own.last = at;
            request_id.clone_into(&mut own.request_id);
            return;
        }
        let request_id = request_id.to_owned();
        let refused = Refused { reason, endpoint: endpoint.into(), times: 1, last: at, request_id };
        self.add_refused(refused, entries);
    }

    fn add_refused(&mut self, mut refused: Refused, entries: &mut usize) {
        if let Some(own) = self.refused(refused.reason, &refused.endpoint) {
            let times = own.times + refused.times;
            if refused.last >= own.last {
                *own = refused;
            }
            own.times = times;
        } else if self.refused.len() < PER_APP && *entries < MOST {
            *entries += 1;
            self.refused.push(refused);
        } else if &*refused.endpoint != OTHERS {
            refused.endpoint = OTHERS.into();
            // As many more as there are reasons.
            match self.refused(refused.reason, OTHERS) {
                Some(own) => own.times += refused.times,
                None => self.refused.push(refused),
            }
        }
    }

    fn refused(&mut self, reason: &str, endpoint: &str) -> Option<&mut Refused> {
        self.refused.iter_mut().find(|own| own.reason == reason && &*own.endpoint == endpoint)
    }

    fn into_usage(self, app: AppId, hour: Hour) -> AppUsage {
        let Self { calls, people, refused, secrets } = self;
        AppUsage {
            app,
            hour,
            calls: calls.into_iter().collect(),
            people: people.into_iter().collect(),
            refused,
            secrets,
        }
    }
}
