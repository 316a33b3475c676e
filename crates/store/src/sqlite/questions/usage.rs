//! What apps have done.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Row, params};
use stagedoor_protocol::id::{AccountId, AppId};
use stagedoor_protocol::usage::{Day, Outcomes, TOKEN};

use super::super::reader::View;
use super::super::row;
use super::listing::{all, one};
use crate::sql::usage as sql;
use crate::usage::{ActiveUsers, Endpoint, RefusalRow, Slot, Span, Usage};

pub(crate) fn usage(view: &View<'_>, app: AppId, span: Span, only: Option<&str>) -> rusqlite::Result<Usage> {
    let (sql, first, last) = match span {
        Span::Hours { first, last } => (sql::HOURS, first.0, last.0),
        Span::Days { first, last } => (sql::DAYS, first.0, last.0),
    };
    let mut slots = BTreeMap::<i64, Slot>::new();
    let mut endpoints = HashMap::<String, Outcomes>::new();
    let mut statement = view.connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![first, last, app.0])?;
    while let Some(row) = rows.next()? {
        let (at, endpoint, outcomes) = (row.get(0)?, row.get_ref(1)?.as_str()?, outcomes(row, 2)?);
        let slot = slots.entry(at).or_insert_with(|| Slot::new(span.begins(at)));
        if endpoint == TOKEN {
            slot.tokens += outcomes;
            continue;
        }
        if only.is_none_or(|only| only == endpoint) {
            slot.calls += outcomes;
        }
        match endpoints.get_mut(endpoint) {
            Some(of_all) => *of_all += outcomes,
            None => _ = endpoints.insert(endpoint.to_owned(), outcomes),
        }
    }
    let endpoints = endpoints.into_iter().map(|(endpoint, calls)| Endpoint { endpoint, calls });
    let mut endpoints: Vec<_> = endpoints.collect();
    endpoints.sort_by(|a, b| b.calls.total().cmp(&a.calls.total()).then(a.endpoint.cmp(&b.endpoint)));
    Ok(Usage { slots: slots.into_values().collect(), endpoints })
}

/// The day on which an app last called for someone, if that was on `first` or later.
pub(crate) fn latest_for(
    view: &View<'_>,
    app: AppId,
    account: AccountId,
    first: Day,
) -> rusqlite::Result<Option<Day>> {
    one(view, sql::LATEST_FOR, [first.0, app.0, account.0], |row| row.get(0).map(Day))
}

pub(crate) fn active_users(
    view: &View<'_>,
    app: AppId,
    first: Day,
    last: Day,
    since: Day,
) -> rusqlite::Result<ActiveUsers> {
    let (mut once, mut by_day) = (HashSet::new(), BTreeMap::<Day, u32>::new());
    let mut statement = view.connection.prepare_cached(sql::USERS)?;
    let mut rows = statement.query([first.0, last.0, app.0])?;
    while let Some(row) = rows.next()? {
        let (day, account) = (Day(row.get(0)?), row.get::<_, i64>(1)?);
        *by_day.entry(day).or_default() += 1;
        if day >= since {
            once.insert(account);
        }
    }
    Ok(ActiveUsers { since: once.len() as u64, by_day: by_day.into_iter().collect() })
}

/// Those of several days are one.
pub(crate) fn refusals(
    view: &View<'_>,
    app: AppId,
    first: Day,
    last: Day,
    at_most: usize,
) -> rusqlite::Result<Vec<RefusalRow>> {
    let mut found = HashMap::<(String, String), RefusalRow>::new();
    for next in all(view, sql::REFUSALS, [first.0, last.0, app.0], refusal)? {
        let key = (next.reason.clone(), next.endpoint.clone());
        let Some(known) = found.get_mut(&key) else {
            found.insert(key, next);
            continue;
        };
        let times = known.times + next.times;
        if next.last > known.last {
            *known = next;
        }
        known.times = times;
    }
    let mut rows: Vec<_> = found.into_values().collect();
    rows.sort_by(|a, b| b.last.cmp(&a.last).then(a.reason.cmp(&b.reason)).then(a.endpoint.cmp(&b.endpoint)));
    rows.truncate(at_most);
    Ok(rows)
}

fn outcomes(row: &Row<'_>, column: usize) -> rusqlite::Result<Outcomes> {
    Ok(Outcomes {
        answered: count(row, column)?,
        client_errors: count(row, column + 1)?,
        limited: count(row, column + 2)?,
        server_errors: count(row, column + 3)?,
    })
}

fn refusal(row: &Row<'_>) -> rusqlite::Result<RefusalRow> {
    Ok(RefusalRow {
        reason: row.get(0)?,
        endpoint: row.get(1)?,
        times: count(row, 2)?,
        last: row::time(row, 3)?,
        request_id: row.get(4)?,
    })
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}
