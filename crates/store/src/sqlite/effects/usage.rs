//! What apps have done. An app names its endpoints itself, so there are only so many rows of it for an hour or day.

use rusqlite::params;
use stagedoor_protocol::id::{AccountId, AppId};
use stagedoor_protocol::usage::{AppUsage, Day, OTHERS, Outcomes, Refused, TOKEN};

use super::{Failure, Tables};
use crate::sql::{apps as sql_of_apps, usage as sql};

/// Endpoints of an app that are told apart within an hour or day, and kinds of refusals within a day.
const MOST: u32 = 64;

/// How exact it is when a secret was last used: so often, and no more, a row is written for it.
const LAST_USED_SECONDS: i64 = 300;

/// The statements for a table of hours or days.
struct Table {
    add: &'static str,
    begin: &'static str,
    count: &'static str,
}

const HOURS: Table = Table { add: sql::ADD_TO_HOUR, begin: sql::BEGIN_HOUR, count: sql::ENDPOINTS_OF_HOUR };
const DAYS: Table = Table { add: sql::ADD_TO_DAY, begin: sql::BEGIN_DAY, count: sql::ENDPOINTS_OF_DAY };

pub(super) fn count(tables: Tables<'_>, usage: &AppUsage) -> Result<(), Failure> {
    let AppUsage { app, hour, calls, people, refused, secrets } = usage;
    let mut counting = Counting { tables, app: *app, day: hour.day(), is_there: None };
    for (endpoint, outcomes) in calls {
        counting.add(&HOURS, hour.0, endpoint, *outcomes)?;
        counting.add(&DAYS, counting.day.0, endpoint, *outcomes)?;
    }
    for account in people {
        counting.called_for(*account)?;
    }
    for (secret, at) in secrets {
        let noted = at.plus_seconds(-LAST_USED_SECONDS);
        tables.run(sql_of_apps::NOTE_SECRET_USE, [at.0, secret.0, app.0, noted.0])?;
    }
    refused.iter().try_for_each(|refused| counting.refuse(refused))
}

/// What one app did.
struct Counting<'a> {
    tables: Tables<'a>,
    app: AppId,
    day: Day,
    /// Whether the app is still there, as far as that was asked.
    is_there: Option<bool>,
}

impl Counting<'_> {
    /// It may have been removed since, and its rows with it: one that is found says that it is there.
    fn is_there(&mut self) -> Result<bool, Failure> {
        if let Some(known) = self.is_there {
            return Ok(known);
        }
        let is_there = self.tables.count(sql::HAS_APP, [self.app.0])? > 0;
        self.is_there = Some(is_there);
        Ok(is_there)
    }

    fn add(&mut self, table: &Table, at: i64, endpoint: &str, outcomes: Outcomes) -> Result<(), Failure> {
        let (tables, app) = (self.tables, self.app.0);
        let Outcomes { answered, client_errors, limited, server_errors } = outcomes;
        let [answered, client_errors, limited, server_errors] =
            [answered, client_errors, limited, server_errors].map(stored);
        let added = params![answered, client_errors, limited, server_errors, at, app, endpoint];
        if tables.run(table.add, added)? > 0 {
            self.is_there = Some(true);
            return Ok(());
        }
        if !self.is_there()? {
            return Ok(());
        }
        let is_told_apart =
            matches!(endpoint, TOKEN | OTHERS) || tables.count(table.count, [at, app])? < MOST;
        let endpoint = if is_told_apart { endpoint } else { OTHERS };
        let begun = params![at, app, endpoint, answered, client_errors, limited, server_errors];
        tables.run(table.begin, begun).map(drop)
    }

    fn called_for(&mut self, account: AccountId) -> Result<(), Failure> {
        if !self.is_there()? {
            return Ok(());
        }
        self.tables.run(sql::ADD_USER, [self.day.0, self.app.0, account.0]).map(drop)
    }

    fn refuse(&mut self, refused: &Refused) -> Result<(), Failure> {
        let (tables, day, app) = (self.tables, self.day.0, self.app.0);
        let Refused { reason, endpoint, times, last, request_id } = refused;
        let times = stored(*times);
        let added = params![times, last.0, request_id, day, app, reason, endpoint];
        if tables.run(sql::ADD_REFUSAL, added)? > 0 || !self.is_there()? {
            return Ok(());
        }
        let is_told_apart = tables.count(sql::REFUSALS_OF_DAY, [day, app])? < MOST;
        let endpoint = if is_told_apart { endpoint } else { OTHERS };
        let begun = params![day, app, reason, endpoint, times, last.0, request_id];
        tables.run(sql::BEGIN_REFUSAL, begun).map(drop)
    }
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
