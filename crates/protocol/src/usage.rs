//! What apps have done: counted in memory, written in batches, and shown to whoever owns the app. Never what was asked or
//! answered: an endpoint is a method and a path whose ids were left out.

use crate::Timestamp;
use crate::id::{AccountId, AppId, SecretId};

/// Stands for the token endpoint. No other endpoint's name is without a space.
pub const TOKEN: &str = "token";

/// Stands for the endpoints that are too many to be told apart.
pub const OTHERS: &str = "others";

/// An hour in UTC: how many have passed since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Hour(pub i64);

/// A day in UTC: how many have passed since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Hour {
    /// The hour of a time.
    pub fn of(time: Timestamp) -> Self {
        Self(time.seconds().div_euclid(3600))
    }

    /// The day it belongs to.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(24))
    }

    /// When it begins.
    pub fn begins(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(3600))
    }
}

impl Day {
    /// The day of a time.
    pub fn of(time: Timestamp) -> Self {
        Hour::of(time).day()
    }

    /// When it begins.
    pub fn begins(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(24 * 3600))
    }
}

/// How a request was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// 1xx to 3xx.
    Answered,
    /// 4xx but 429.
    ClientError,
    /// 429.
    Limited,
    /// 5xx.
    ServerError,
}

impl Outcome {
    /// By the status of the answer.
    pub fn of_status(status: u16) -> Self {
        match status {
            ..400 => Self::Answered,
            429 => Self::Limited,
            400..500 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

/// Requests by how they were answered.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Outcomes {
    pub answered: u64,
    pub client_errors: u64,
    pub limited: u64,
    pub server_errors: u64,
}

impl Outcomes {
    /// One more.
    pub fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Answered => &mut self.answered,
            Outcome::ClientError => &mut self.client_errors,
            Outcome::Limited => &mut self.limited,
            Outcome::ServerError => &mut self.server_errors,
        } += 1;
    }

    /// All of them.
    pub fn total(self) -> u64 {
        self.answered + self.limited + self.errors()
    }

    /// What was neither answered nor over a limit.
    pub fn errors(self) -> u64 {
        self.client_errors + self.server_errors
    }
}

impl std::ops::AddAssign for Outcomes {
    fn add_assign(&mut self, more: Self) {
        self.answered += more.answered;
        self.client_errors += more.client_errors;
        self.limited += more.limited;
        self.server_errors += more.server_errors;
    }
}

/// What an app did in an hour, or in a part of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppUsage {
    pub app: AppId,
    pub hour: Hour,
    /// By endpoint.
    pub calls: Vec<(Box<str>, Outcomes)>,
    /// The people it called for.
    pub people: Vec<AccountId>,
    pub refused: Vec<Refused>,
    /// The client secrets it used, and when it last did.
    pub secrets: Vec<(SecretId, Timestamp)>,
}

impl AppUsage {
    /// How many rows of the database it touches, or more.
    pub fn rows(&self) -> usize {
        2 * self.calls.len() + self.people.len() + self.refused.len() + self.secrets.len()
    }
}

/// Requests that were refused for the same reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// A reason's name in a dialect file.
    pub reason: &'static str,
    pub endpoint: Box<str>,
    pub times: u64,
    /// When it last was.
    pub last: Timestamp,
    /// The name of that request.
    pub request_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days() {
        let end_of_1969 = Timestamp(-1);
        assert_eq!((Hour::of(end_of_1969), Day::of(end_of_1969)), (Hour(-1), Day(-1)));
        let last_of_day = Timestamp::from_seconds(24 * 3600 - 1);
        assert_eq!((Hour::of(last_of_day), Day::of(last_of_day)), (Hour(23), Day(0)));
        assert_eq!((Hour(25).begins(), Hour(25).day()), (Timestamp::from_seconds(25 * 3600), Day(1)));
    }

    #[test]
    fn outcomes() {
        let mut outcomes = Outcomes::default();
        for status in [101, 200, 302, 404, 429, 499, 500, 599] {
            outcomes.count(Outcome::of_status(status));
        }
        let Outcomes { answered, client_errors, limited, server_errors } = outcomes;
        assert_eq!((answered, client_errors, limited, server_errors), (3, 2, 1, 2));
        assert_eq!((outcomes.total(), outcomes.errors()), (8, 4));
    }
}
