//! Grants, and the one active grant of an app.

use rusqlite::params;
use stagedoor_protocol::grant::{ActiveGrant, Again, Grant, Succession};
use stagedoor_protocol::id::{AppId, GrantId};

use super::{Failure, Tables};
use crate::sql::grants as sql;

pub(super) fn start(tables: Tables<'_>, grant: &Grant) -> Result<(), Failure> {
    tables.change(
        sql::START,
        params![
            grant.id.0,
            grant.app.0,
            grant.team.0,
            grant.account.map(|account| account.0),
            grant.epochs.app,
            grant.epochs.team,
            grant.epochs.account,
            grant.scopes.as_str(),
            grant.salt,
            grant.key.0,
            grant.confidential,
            grant.authorized.0,
            grant.succession.presented,
            grant.succession.at.0,
            grant.revoked.map(|revoked| revoked.0)
        ],
    )
}

pub(super) fn present(tables: Tables<'_>, grant: GrantId, was: u32, now: Succession) -> Result<(), Failure> {
    tables.change(sql::PRESENT, params![now.presented, now.at.0, grant.0, was])
}

pub(super) fn present_again(tables: Tables<'_>, grant: GrantId, now: Again) -> Result<(), Failure> {
    tables.change(sql::PRESENT_AGAIN, params![now.generation, now.in_a_row, grant.0])
}

pub(super) fn take_active(
    tables: Tables<'_>,
    app: AppId,
    was: Option<ActiveGrant>,
    now: ActiveGrant,
) -> Result<(), Failure> {
    match was {
        None => tables.change(sql::TAKE_FIRST_ACTIVE, [app.0, now.grant.0, now.until.0]),
        Some(was) => {
            tables.change(sql::TAKE_ACTIVE, [now.grant.0, now.until.0, app.0, was.grant.0, was.until.0])
        }
    }
}

pub(super) fn extend_active(tables: Tables<'_>, app: AppId, now: ActiveGrant) -> Result<(), Failure> {
    tables.change(sql::EXTEND_ACTIVE, [app.0, now.grant.0, now.until.0])
}
