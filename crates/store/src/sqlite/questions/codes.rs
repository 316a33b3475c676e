//! Authorization codes.

use rusqlite::{OptionalExtension, Row};
use stagedoor_protocol::Facts;
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, GrantId};
use stagedoor_protocol::question::AccountStanding;
use stagedoor_wire::pkce::Challenge;

use super::super::reader::View;
use super::super::row;
use super::{grants, standing_at};
use crate::sql::codes as sql;

/// Adds a code, the person behind it, and the grant it started if it did.
pub(super) fn answer(view: &View<'_>, code: CodeId, facts: Facts) -> rusqlite::Result<Facts> {
    let mut statement = view.connection.prepare_cached(sql::CODE)?;
    let Some((code, account)) = statement.query_row([code.0], read).optional()? else { return Ok(facts) };
    let grant = match code.state {
        CodeState::Unused => None,
        CodeState::Redeemed(grant) => grants::grant(view, grant)?.map(|(grant, _)| grant),
    };
    Ok(Facts { code: Some(code), grant, account, ..facts })
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Code, Option<AccountStanding>)> {
    let redeemed: Option<i64> = row.get(9)?;
    let code = Code {
        id: CodeId(row.get(0)?),
        hash: row.get(1)?,
        app: AppId(row.get(2)?),
        account: AccountId(row.get(3)?),
        redirect_uri: row.get(4)?,
        challenge: row.get::<_, Option<_>>(5)?.map(Challenge),
        scopes: row::scopes(row, 6)?,
        authorized: row::time(row, 7)?,
        expires: row::time(row, 8)?,
        state: redeemed.map_or(CodeState::Unused, |grant| CodeState::Redeemed(GrantId(grant))),
    };
    let account = standing_at(row, 10, Some(code.account))?;
    Ok((code, account))
}
