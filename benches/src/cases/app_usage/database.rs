//! A year of usage, written straight into the tables: by commits it would take an hour.

use std::path::Path;

use rusqlite::{Connection, Statement, params};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::usage::{Day, Hour};

pub(super) const API: &str = "spotify";
pub(super) const APPS: i64 = 10_000;
/// Apps that are used every hour at many endpoints; the others are in a tenth of the hours, at two.
pub(super) const BUSY: i64 = 100;
const ENDPOINTS: i64 = 12;

pub(super) fn client_id(app: i64) -> String {
    format!("{app:032x}")
}

pub(super) fn fill(path: &Path, now: Timestamp) -> anyhow::Result<()> {
    let database = Connection::open(path)?;
    database.pragma_update(None, "synchronous", "OFF")?;
    database
        .execute_batch("BEGIN; INSERT INTO teams (id, name, kind, created) VALUES (1, 'Team', 'label', 0)")?;
    let app = "INSERT INTO apps (id, api, client_id, team_id, name, description, stage, public, created)
        VALUES ($1, $2, $3, 1, 'App', '', 'approved', 0, 0)";
    let mut apps = database.prepare(app)?;
    for app in 1..=APPS {
        apps.execute(params![app, API, client_id(app)])?;
    }
    let (hour, today) = (Hour::of(now), Day::of(now));
    let mut hours = database.prepare("INSERT INTO usage_hours VALUES ($1, $2, $3, 100, 3, 2, 0)")?;
    for hour in hour.0 - 62 * 24..=hour.0 {
        (1..=APPS)
            .filter(|app| *app <= BUSY || (app + hour) % 10 == 0)
            .try_for_each(|app| row(&mut hours, hour, app))?;
    }
    let mut days = database.prepare("INSERT INTO usage_days VALUES ($1, $2, $3, 2400, 70, 40, 0)")?;
    for day in today.0 - 365..=today.0 {
        (1..=APPS).try_for_each(|app| row(&mut days, day, app))?;
    }
    let mut users = database.prepare("INSERT INTO usage_users VALUES ($1, $2, $3)")?;
    let mut refusals = database
        .prepare("INSERT INTO refusals VALUES ($1, $2, 'rate_limited', 'GET /v1/endpoint/1', 7, $3, 'id')")?;
    for day in today.0 - 62..=today.0 {
        for app in 1..=APPS {
            for user in 0..if app <= BUSY { 200 } else { 3 } {
                users.execute([day, app, user])?;
            }
            refusals.execute([day, app, now.0])?;
        }
    }
    database.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    // So that nothing is still being written while pages are measured.
    std::fs::File::open(path)?.sync_all()?;
    Ok(())
}

fn row(statement: &mut Statement<'_>, at: i64, app: i64) -> rusqlite::Result<()> {
    let endpoints = if app <= BUSY { ENDPOINTS } else { 2 };
    statement.execute(params![at, app, "token"])?;
    for endpoint in 1..=endpoints {
        statement.execute(params![at, app, format!("GET /v1/endpoint/{endpoint}")])?;
    }
    Ok(())
}
