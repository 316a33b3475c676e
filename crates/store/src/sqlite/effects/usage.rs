//! What apps have done. An app names its endpoints itself, so there are only so many rows of it for an hour or day.

use rusqlite::params;
use stagedoor_protocol::id::AppId;
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
    // It may have been removed since.
    if tables.count(sql::HAS_APP, [app.0])? == 0 {
        return Ok(());
    }
    let day = hour.day();
    for (endpoint, outcomes) in calls {
        add(tables, &HOURS, hour.0, *app, endpoint, *outcomes)?;
        add(tables, &DAYS, day.0, *app, endpoint, *outcomes)?;
    }
    for account in people {
        tables.run(sql::ADD_USER, [day.0, app.0, account.0])?;
    }
    for (secret, at) in secrets {
        let noted = at.plus_seconds(-LAST_USED_SECONDS);
        tables.run(sql_of_apps::NOTE_SECRET_USE, [at.0, secret.0, app.0, noted.0])?;
    }
    refused.iter().try_for_each(|refused| refuse(tables, day, *app, refused))
}

fn add(
    tables: Tables<'_>,
    table: &Table,
    at: i64,
    app: AppId,
    endpoint: &str,
    outcomes: Outcomes,
) -> Result<(), Failure> {
    let Outcomes { answered, client_errors, limited, server_errors } = outcomes;
    let [answered, client_errors, limited, server_errors] =
        [answered, client_errors, limited, server_errors].map(stored);
    let added = params![answered, client_errors, limited, server_errors, at, app.0, endpoint];
    if tables.run(table.add, added)? > 0 {
        return Ok(());
    }
    let is_told_apart = matches!(endpoint, TOKEN | OTHERS) || tables.count(table.count, [at, app.0])? < MOST;
    let endpoint = if is_told_apart { endpoint } else { OTHERS };
    let begun = params![at, app.0, endpoint, answered, client_errors, limited, server_errors];
    tables.run(table.begin, begun).map(drop)
}

fn refuse(tables: Tables<'_>, day: Day, app: AppId, refused: &Refused) -> Result<(), Failure> {
    let Refused { reason, endpoint, times, last, request_id } = refused;
    let times = stored(*times);
    let added = params![times, last.0, request_id, day.0, app.0, reason, endpoint];
    if tables.run(sql::ADD_REFUSAL, added)? > 0 {
        return Ok(());
    }
    let is_told_apart = tables.count(sql::REFUSALS_OF_DAY, [day.0, app.0])? < MOST;
    let endpoint = if is_told_apart { endpoint } else { OTHERS };
    let begun = params![day.0, app.0, reason, endpoint, times, last.0, request_id];
    tables.run(sql::BEGIN_REFUSAL, begun).map(drop)
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
