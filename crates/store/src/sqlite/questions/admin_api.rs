//! Credentials of programs that administer, and what their calls were answered.

use rusqlite::Row;
use stagedoor_protocol::admin_credential::{AdminCredential, AdminScopes};
use stagedoor_protocol::id::{AccountId, CredentialId};
use stagedoor_protocol::idempotency::{Begun, Fingerprint, KeptAnswer};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::usage::Day;

use super::super::row;

pub(crate) fn read_credential(row: &Row<'_>) -> rusqlite::Result<AdminCredential> {
    Ok(AdminCredential {
        id: CredentialId(row.get(0)?),
        name: row.get(1)?,
        scopes: row::text(row, 2, AdminScopes::parse)?,
        made_by: row.get::<_, Option<i64>>(3)?.map(AccountId),
        key: KeyId(row.get(4)?),
        hash: row.get(5)?,
        created: row::time(row, 6)?,
        expires: row::time(row, 7)?,
        last_used: row.get::<_, Option<i64>>(8)?.map(Day),
    })
}

pub(crate) fn read_begun(row: &Row<'_>) -> rusqlite::Result<Begun> {
    let (status, body): (Option<u16>, Option<String>) = (row.get(2)?, row.get(3)?);
    let answer = status.zip(body).map(|(status, body)| KeptAnswer { status, body });
    let request = Fingerprint { key: KeyId(row.get(0)?), tag: row.get(1)? };
    Ok(Begun { request, answer, at: row::time(row, 4)? })
}
