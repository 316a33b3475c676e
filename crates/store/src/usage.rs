//! Asking what an app has done.

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::id::AppId;
use stagedoor_protocol::usage::{Day, Hour, Outcomes};

use crate::sqlite::questions::usage as questions;
use crate::{Store, StoreError};

/// A stretch of time in hours or days, first and last included. Hours are kept for 62 days, days for 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// By hour.
    Hours {
        /// The earliest.
        first: Hour,
        /// The latest.
        last: Hour,
    },
    /// By day.
    Days {
        /// The earliest.
        first: Day,
        /// The latest.
        last: Day,
    },
}

impl Span {
    /// When an hour or day begins.
    pub(crate) fn begins(self, at: i64) -> Timestamp {
        match self {
            Self::Hours { .. } => Hour(at).begins(),
            Self::Days { .. } => Day(at).begins(),
        }
    }
}

/// What an app did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// The hours or days in which anything happened, in their order.
    pub slots: Vec<Slot>,
    /// The endpoints it called, the most called first.
    pub endpoints: Vec<Endpoint>,
}

/// What an app did within an hour or day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When it began.
    pub begins: Timestamp,
    /// Calls of the API.
    pub calls: Outcomes,
    /// Requests for tokens.
    pub tokens: Outcomes,
}

impl Slot {
    /// One in which nothing happened.
    pub fn new(begins: Timestamp) -> Self {
        Self { begins, calls: Outcomes::default(), tokens: Outcomes::default() }
    }
}

/// Calls of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// A method and a path whose ids were left out, or `others`.
    pub endpoint: String,
    /// The calls.
    pub calls: Outcomes,
}

/// The people an app called for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActiveUsers {
    /// Since the day that was asked for, each once.
    pub since: u64,
    /// By day, each once a day. Days without any are left out.
    pub by_day: Vec<(Day, u32)>,
}

/// Requests that were refused for one reason at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// The reason's name in a dialect file.
    pub reason: String,
    /// A method and a path whose ids were left out, `token`, or `others`.
    pub endpoint: String,
    /// How often.
    pub times: u64,
    /// When it last was.
    pub last: Timestamp,
    /// The name of that request.
    pub request_id: String,
}

impl Store {
    /// What an app did; its calls of all endpoints, or of `only` one.
    pub async fn usage(&self, app: AppId, span: Span, only: Option<&str>) -> Result<Usage, StoreError> {
        let only = only.map(str::to_owned);
        self.sqlite.read(move |view| questions::usage(view, app, span, only.as_deref())).await
    }

    /// The people an app called for from `first` to `last`, and how many different ones from `since` on.
    pub async fn active_users(
        &self,
        app: AppId,
        first: Day,
        last: Day,
        since: Day,
    ) -> Result<ActiveUsers, StoreError> {
        self.sqlite.read(move |view| questions::active_users(view, app, first, last, since)).await
    }

    /// Why an app was refused, the latest first.
    pub async fn refusals(
        &self,
        app: AppId,
        first: Day,
        last: Day,
        at_most: usize,
    ) -> Result<Vec<RefusalRow>, StoreError> {
        self.sqlite.read(move |view| questions::refusals(view, app, first, last, at_most)).await
    }
}
