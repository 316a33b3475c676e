//! Grants, and the one active grant of an app.

use rusqlite::{OptionalExtension, Row};
use stagedoor_protocol::Facts;
use stagedoor_protocol::grant::{ActiveGrant, Again, Grant, Succession};
use stagedoor_protocol::id::{AccountId, AppId, GrantId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::question::AccountStanding;

use super::super::reader::View;
use super::super::row;
use super::standing_at;
use crate::sql::grants as sql;

/// Adds a grant and the person behind it.
pub(super) fn answer(view: &View<'_>, id: GrantId, facts: Facts) -> rusqlite::Result<Facts> {
    let read = |row: &Row<'_>| {
        let again = Again { generation: row.get(17)?, in_a_row: row.get(18)? };
        Ok((read(row)?, again))
    };
    let found = view.connection.prepare_cached(sql::GRANT)?.query_row([id.0], read).optional()?;
    let Some(((grant, account), again)) = found else { return Ok(facts) };
    Ok(Facts { grant: Some(grant), again, account, ..facts })
}

pub(super) fn grant(
    view: &View<'_>,
    id: GrantId,
) -> rusqlite::Result<Option<(Grant, Option<AccountStanding>)>> {
    view.connection.prepare_cached(sql::GRANT)?.query_row([id.0], read).optional()
}

pub(super) fn active(view: &View<'_>, app: AppId) -> rusqlite::Result<Option<ActiveGrant>> {
    let read = |row: &Row<'_>| Ok(ActiveGrant { grant: GrantId(row.get(0)?), until: row::time(row, 1)? });
    view.connection.prepare_cached(sql::ACTIVE)?.query_row([app.0], read).optional()
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<(Grant, Option<AccountStanding>)> {
    let grant = Grant {
        id: GrantId(row.get(0)?),
        app: AppId(row.get(1)?),
        team: TeamId(row.get(2)?),
        account: row.get::<_, Option<_>>(3)?.map(AccountId),
        epochs: row::epochs(row, 4)?,
        scopes: row::scopes(row, 7)?,
        salt: row.get(8)?,
        key: KeyId(row.get(9)?),
        confidential: row.get(10)?,
        authorized: row::time(row, 11)?,
        succession: Succession { presented: row.get(12)?, at: row::time(row, 13)? },
        revoked: row::optional_time(row, 14)?,
    };
    let account = standing_at(row, 15, grant.account)?;
    Ok((grant, account))
}
