//! Accounts, sessions and consents.

use rusqlite::{OptionalExtension, Row};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::id::{AccountId, AppId, SessionId};
use stagedoor_protocol::question::AccountStanding;
use stagedoor_protocol::session::{Account, Session, SessionRecord};
use stagedoor_wire::Scopes;

use super::super::reader::View;
use super::super::row;
use super::standing_at;
use crate::sql::people as sql;

pub(super) fn standing(
    view: &View<'_>,
    app: AppId,
    account: AccountId,
) -> rusqlite::Result<Option<AccountStanding>> {
    let mut statement = view.connection.prepare_cached(sql::STANDING)?;
    let found = statement.query_row([app.0, account.0], |row| standing_at(row, 0, Some(account)));
    Ok(found.optional()?.flatten())
}

pub(crate) fn account_by_email(view: &View<'_>, email: &str) -> rusqlite::Result<Option<Account>> {
    view.connection.prepare_cached(sql::ACCOUNT_BY_EMAIL)?.query_row([email], account).optional()
}

pub(crate) fn account_by_id(view: &View<'_>, id: AccountId) -> rusqlite::Result<Option<Account>> {
    view.connection.prepare_cached(sql::ACCOUNT_BY_ID)?.query_row([id.0], account).optional()
}

pub(crate) fn session(view: &View<'_>, id: SessionId) -> rusqlite::Result<Option<Session>> {
    let read = |row: &Row<'_>| {
        let (hash, epoch, expires) = (row.get(7)?, row.get(8)?, row::time(row, 9)?);
        Ok(Session { id, hash, account: account(row)?, epoch, expires })
    };
    view.connection.prepare_cached(sql::SESSION)?.query_row([id.0], read).optional()
}

pub(crate) fn sessions(
    view: &View<'_>,
    account: AccountId,
    now: Timestamp,
    at_most: u32,
) -> rusqlite::Result<Vec<SessionRecord>> {
    let read = |row: &Row<'_>| {
        let (id, started) = (SessionId(row.get(0)?), row::time(row, 1)?);
        Ok(SessionRecord { id, started, browser: row.get(2)? })
    };
    let mut statement = view.connection.prepare_cached(sql::SESSIONS)?;
    statement.query_map((account.0, now.0, at_most), read)?.collect()
}

pub(crate) fn consent(view: &View<'_>, app: AppId, account: AccountId) -> rusqlite::Result<Option<Scopes>> {
    let mut statement = view.connection.prepare_cached(sql::CONSENT)?;
    statement.query_row([account.0, app.0], |row| row::scopes(row, 0)).optional()
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId(row.get(0)?),
        email: row.get(1)?,
        name: row.get(2)?,
        password_hash: row.get(3)?,
        epoch: row.get(4)?,
        suspended: row.get(5)?,
        confirmed: row.get(6)?,
    })
}
