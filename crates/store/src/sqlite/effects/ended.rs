//! What ends before its time.

use rusqlite::{OptionalExtension, params};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::decision::EpochOf;
use stagedoor_protocol::id::{AccountId, AppId, GrantId};

use super::{Failure, Tables, admin_api, apps};
use crate::memory::Aftermath;
use crate::sql::{administration, codes, devices, ended as sql, grants};

/// Ends a grant. One that has ended already stays as it is.
pub(super) fn revoke(
    tables: Tables<'_>,
    grant: GrantId,
    at: Timestamp,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.run(grants::REVOKE, [at.0, grant.0])?;
    aftermath.revoked.push((grant, at));
    Ok(())
}

/// Ends a person's grants for an app, and what could still become one.
pub(super) fn revoke_of(
    tables: Tables<'_>,
    app: AppId,
    account: AccountId,
    at: Timestamp,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let mut statement = tables.0.prepare_cached(grants::REVOKE_OF)?;
    let revoked = statement.query_map([at.0, account.0, app.0], |row| row.get(0))?;
    for grant in revoked {
        aftermath.revoked.push((GrantId(grant?), at));
    }
    tables.run(codes::DROP_UNUSED_OF, [account.0, app.0])?;
    tables.run(devices::DENY_ALLOWED_OF, [account.0, app.0])?;
    Ok(())
}

/// Raises an epoch: everything issued under the former one ends, codes and device codes that are not redeemed yet
/// included.
pub(super) fn raise(
    tables: Tables<'_>,
    epoch: EpochOf,
    at: Timestamp,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let (raise, id, drop_codes, deny_devices) = match epoch {
        EpochOf::App(app) => {
            apps::forget(tables, app, aftermath)?;
            (sql::RAISE_APP, app.0, codes::DROP_UNUSED_OF_APP, devices::DENY_ALLOWED_OF_APP)
        }
        EpochOf::Team(team) => {
            apps::forget_apps_of(tables, team, aftermath)?;
            (sql::RAISE_TEAM, team.0, codes::DROP_UNUSED_OF_TEAM, devices::DENY_ALLOWED_OF_TEAM)
        }
        EpochOf::Account(account) => {
            admin_api::remove_credentials_of(tables, account)?;
            tables.run(administration::REMOVE_ALL_INVITATIONS_BY, [account.0])?;
            (sql::RAISE_ACCOUNT, account.0, codes::DROP_UNUSED_OF_ACCOUNT, devices::DENY_ALLOWED_OF_ACCOUNT)
        }
    };
    let risen = tables.0.prepare_cached(raise)?.query_row([at.0, id], |row| row.get(0)).optional()?;
    aftermath.raised.push((epoch.into(), risen.ok_or(Failure::Conflict)?, at));
    tables.run(drop_codes, [id])?;
    tables.run(deny_devices, [id])?;
    Ok(())
}

pub(super) fn end_token(
    tables: Tables<'_>,
    nonce: u64,
    expires: Timestamp,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.run(sql::END_TOKEN, params![nonce.cast_signed(), expires.0])?;
    aftermath.ended_tokens.push((nonce, expires));
    Ok(())
}
