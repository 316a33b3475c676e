//! Credentials of programs that administer, and what their calls were answered.

use rusqlite::params;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::admin_credential::AdminCredential;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::idempotency::{self, CallName, Fingerprint, KeptAnswer};

use super::{Failure, Tables};
use crate::sql::admin_api as sql;

pub(super) fn add_credential(tables: Tables<'_>, new: &AdminCredential) -> Result<(), Failure> {
    let AdminCredential { id, name, scopes, made_by, key, hash, created, expires, last_used: _ } = new;
    let made_by = made_by.map(|account| account.0);
    let row = params![id.0, name, scopes.as_str(), made_by, key.0, hash, created.0, expires.0];
    tables.change(sql::ADD_CREDENTIAL, row)
}

pub(super) fn remove_credentials_of(tables: Tables<'_>, account: AccountId) -> Result<(), Failure> {
    tables.run(sql::REMOVE_CREDENTIALS_OF, [account.0]).map(drop)
}

pub(super) fn begin_call(
    tables: Tables<'_>,
    name: &CallName,
    request: Fingerprint,
    at: Timestamp,
) -> Result<(), Failure> {
    let CallName { caller, key } = name;
    tables.run(sql::FORGET, params![caller, key, idempotency::horizon(at).0])?;
    tables.change(sql::BEGIN, params![caller, key, request.key.0, request.tag, at.0])
}

pub(super) fn keep_answer(tables: Tables<'_>, name: &CallName, answer: &KeptAnswer) -> Result<(), Failure> {
    let (CallName { caller, key }, KeptAnswer { status, body }) = (name, answer);
    tables.change(sql::KEEP, params![status, body, caller, key])
}
