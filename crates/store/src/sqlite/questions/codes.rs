//! Authorization codes.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};
use stagedoor_protocol::Facts;
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, GrantId};
use stagedoor_protocol::question::AccountStanding;
use stagedoor_wire::Scopes;
use stagedoor_wire::pkce::Challenge;

use super::super::reader::View;
use super::super::row;
use super::{grants, standing_at};
use crate::sql::codes as sql;

/// Adds a code, the person behind it, and the grant it started if it did.
pub(super) fn answer(view: &View<'_>, code: CodeId, facts: Facts) -> rusqlite::Result<Facts> {
    let mut statement = view.connection.prepare_cached(sql::CODE)?;
    let found = statement.query_row([code.0], read).optional()?;
    let Some((code, account, consent)) = found else { return Ok(facts) };
    let grant = match code.state {
        CodeState::Unused => None,
        CodeState::Redeemed(grant) => grants::grant(view, grant)?.map(|(grant, _)| grant),
    };
    Ok(Facts { code: Some(code), consent, grant, account, ..facts })
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Code, Option<AccountStanding>, Option<Scopes>)> {
    let redeemed: Option<i64> = row.get(9)?;
    let code = Code {
        id: CodeId(row.get(0)?),
        hash: row.get(1)?,
        app: AppId(row.get(2)?),
        account: AccountId(row.get(3)?),
        redirect_uri: row.get(4)?,
        challenge: row.get::<_, Option<_>>(5)?.map(Challenge),
        scopes: row::scopes(row, 6)?,
        epochs: row::epochs(row, 10)?,
        authorized: row::time(row, 7)?,
        expires: row::time(row, 8)?,
        state: redeemed.map_or(CodeState::Unused, |grant| CodeState::Redeemed(GrantId(grant))),
    };
    let account = standing_at(row, 13, Some(code.account))?;
    let consent = match row.get_ref(15)? {
        ValueRef::Null => None,
        _ => Some(row::scopes(row, 15)?),
    };
    Ok((code, account, consent))
}
