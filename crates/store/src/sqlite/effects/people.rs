//! Accounts, sessions, consents, users on an app's list, and the audit log.

use rusqlite::params;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::code::Hash;
use stagedoor_protocol::decision::AuditEntry;
use stagedoor_protocol::id::{AccountId, AppId, SessionId};
use stagedoor_wire::Scopes;

use super::{Failure, Tables};
use crate::sql::people as sql;

pub(super) struct NewAccount<'a> {
    pub(super) id: AccountId,
    pub(super) email: &'a str,
    pub(super) name: &'a str,
    pub(super) password_hash: &'a str,
    pub(super) at: Timestamp,
}

pub(super) fn create_account(tables: Tables<'_>, row: &NewAccount<'_>) -> Result<(), Failure> {
    let NewAccount { id, email, name, password_hash, at } = *row;
    tables.change(sql::CREATE_ACCOUNT, params![id.0, email, name, password_hash, at.0])
}

pub(super) struct NewSession<'a> {
    pub(super) id: SessionId,
    pub(super) hash: &'a Hash,
    pub(super) account: AccountId,
    pub(super) epoch: u32,
    pub(super) browser: Option<&'a str>,
    pub(super) at: Timestamp,
    pub(super) expires: Timestamp,
}

pub(super) fn start_session(tables: Tables<'_>, row: &NewSession<'_>) -> Result<(), Failure> {
    let NewSession { id, hash, account, epoch, browser, at, expires } = *row;
    tables.change(sql::START_SESSION, params![id.0, hash, account.0, epoch, browser, at.0, expires.0])
}

pub(super) fn end_session(tables: Tables<'_>, id: SessionId) -> Result<(), Failure> {
    tables.run(sql::END_SESSION, [id.0]).map(drop)
}

pub(super) fn end_other_sessions(
    tables: Tables<'_>,
    account: AccountId,
    than: SessionId,
) -> Result<(), Failure> {
    tables.run(sql::END_OTHER_SESSIONS, [account.0, than.0]).map(drop)
}

pub(super) fn save_consent(
    tables: Tables<'_>,
    app: AppId,
    account: AccountId,
    scopes: &Scopes,
    at: Timestamp,
) -> Result<(), Failure> {
    tables.change(sql::SAVE_CONSENT, params![account.0, app.0, scopes.as_str(), at.0])
}

pub(super) fn end_consent(tables: Tables<'_>, app: AppId, account: AccountId) -> Result<(), Failure> {
    tables.run(sql::END_CONSENT, [account.0, app.0]).map(drop)
}

/// A person who is on the list already stays there and counts once.
pub(super) fn list_user(
    tables: Tables<'_>,
    app: AppId,
    account: AccountId,
    at_most: Option<u32>,
) -> Result<(), Failure> {
    if let Some(at_most) = at_most
        && tables.count(sql::COUNT_OTHER_LISTED, [app.0, account.0])? >= at_most
    {
        return Err(Failure::LimitReached);
    }
    tables.run(sql::LIST_USER, [app.0, account.0]).map(drop)
}

pub(super) fn unlist_user(tables: Tables<'_>, app: AppId, account: AccountId) -> Result<(), Failure> {
    tables.run(sql::UNLIST_USER, [app.0, account.0]).map(drop)
}

pub(super) fn audit(tables: Tables<'_>, entry: &AuditEntry) -> Result<(), Failure> {
    let (subject, id) = entry.subject.parts();
    let address = entry.address.map(|address| address.to_string());
    tables
        .change(sql::AUDIT, params![entry.at.0, entry.actor, entry.origin, address, entry.what, subject, id])
}
