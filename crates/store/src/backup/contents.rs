//! What a backup holds, for whoever is about to restore it.

use rusqlite::{Connection, Row};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyId;

use crate::sql::restore as sql;

/// What is in it.
#[derive(Debug, Clone)]
pub struct Contents {
    /// When it was taken; `None` for the plain copy of a database.
    pub taken: Option<Timestamp>,
    /// The newest time of anything that is noted with one.
    pub newest: Option<Timestamp>,
    /// All of them.
    pub teams: u32,
    /// Of all APIs.
    pub apps: u32,
    /// People.
    pub accounts: u32,
    /// Signed-in browsers.
    pub sessions: u32,
    /// Authorization codes that were not used yet.
    pub codes: u32,
    /// Device authorizations that are not finished.
    pub devices: u32,
    /// Grants that are alive in the backup: they may have been revoked since, and then live again, and their refresh tokens
    /// may have been used since.
    pub grants: u32,
    /// The apps that most of them are of.
    pub grants_by_app: Vec<AppGrants>,
    /// Those that were used last.
    pub last_grants: Vec<GrantAtRisk>,
}

/// An app's grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppGrants {
    /// The API's name.
    pub api: String,
    /// As the app presents it.
    pub client_id: String,
    /// The app's name.
    pub app: String,
    /// How many.
    pub grants: u32,
}

/// A grant that may have been revoked or used since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantAtRisk {
    /// The API's name.
    pub api: String,
    /// As the app presents it.
    pub client_id: String,
    /// The app's name.
    pub app: String,
    /// The person's e-mail; none where the app acts for itself.
    pub account: Option<String>,
    /// When it was authorized.
    pub since: Timestamp,
    /// When a refresh token of it was used last.
    pub refreshed: Option<Timestamp>,
}

/// How many rows rest on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub id: KeyId,
    /// Secrets, legacy keys and grants.
    pub rows: u32,
}

/// Reads it; apps and grants are listed up to `at_most`.
pub(super) fn read(
    backup: &Connection,
    taken: Option<Timestamp>,
    at_most: u32,
) -> rusqlite::Result<Contents> {
    let count = |sql| backup.query_row(sql, [], |row| row.get(0));
    let newest: Option<i64> = backup.query_row(sql::NEWEST, [], |row| row.get(0))?;
    Ok(Contents {
        taken,
        newest: newest.map(Timestamp),
        teams: count(sql::COUNT_TEAMS)?,
        apps: count(sql::COUNT_APPS)?,
        accounts: count(sql::COUNT_ACCOUNTS)?,
        sessions: count(sql::COUNT_SESSIONS)?,
        codes: count(sql::COUNT_UNUSED_CODES)?,
        devices: count(sql::COUNT_OPEN_DEVICES)?,
        grants: count(sql::COUNT_ALIVE_GRANTS)?,
        grants_by_app: all(backup, sql::ALIVE_GRANTS_OF_APPS, at_most, app_grants)?,
        last_grants: all(backup, sql::ALIVE_GRANTS, at_most, grant)?,
    })
}

/// The keys that rows rest on.
pub(super) fn key_uses(backup: &Connection) -> rusqlite::Result<Vec<KeyUse>> {
    let mut statement = backup.prepare(sql::KEY_USES)?;
    statement.query_map([], |row| Ok(KeyUse { id: KeyId(row.get(0)?), rows: row.get(1)? }))?.collect()
}

fn all<T>(
    backup: &Connection,
    sql: &str,
    at_most: u32,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = backup.prepare(sql)?;
    statement.query_map([at_most], read)?.collect()
}

fn app_grants(row: &Row<'_>) -> rusqlite::Result<AppGrants> {
    Ok(AppGrants { api: row.get(0)?, client_id: row.get(1)?, app: row.get(2)?, grants: row.get(3)? })
}

fn grant(row: &Row<'_>) -> rusqlite::Result<GrantAtRisk> {
    let presented: u32 = row.get(5)?;
    let refreshed = if presented > 0 { Some(Timestamp(row.get(6)?)) } else { None };
    Ok(GrantAtRisk {
        api: row.get(0)?,
        client_id: row.get(1)?,
        app: row.get(2)?,
        account: row.get(3)?,
        since: Timestamp(row.get(4)?),
        refreshed,
    })
}
