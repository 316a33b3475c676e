//! Credentials of programs that administer, and what their calls were answered.

use rusqlite::params;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::admin_credential::AdminCredential;
use stagedoor_protocol::idempotency::{self, CallName, Fingerprint, KeptAnswer};

use super::{Failure, Tables};
use crate::sql::admin_api as sql;

pub(super) fn add_credential(tables: Tables<'_>, new: &AdminCredential) -> Result<(), Failure> {
    let AdminCredential { id, name, scopes, key, hash, created, expires, last_used: _ } = new;
    let row = params![id.0, name, scopes.as_str(), key.0, hash, created.0, expires.0];
    tables.change(sql::ADD_CREDENTIAL, row)
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
