//! What administrators change, and what that expects.

use rusqlite::{Params, params};
use stagedoor_protocol::administration::{Change, Expectation};
use stagedoor_protocol::id::AppId;
use stagedoor_wire::RedirectUri;

use super::{Failure, Tables, apps};
use crate::memory::Aftermath;
use crate::sql::{administration as sql, apps as app_sql, usage as usage_sql};

/// A conflict when it does not hold.
pub(super) fn expect(tables: Tables<'_>, expectation: &Expectation) -> Result<(), Failure> {
    let holds = match expectation {
        Expectation::NoAdministrator => ask(tables, sql::NO_ADMINISTRATOR, [])?,
        Expectation::AnotherAdministrator(than) => ask(tables, sql::ANOTHER_ADMINISTRATOR, [than.0])?,
        Expectation::TeamNameFree(name) => ask(tables, sql::TEAM_NAME_FREE, [name])?,
        Expectation::Stage { app, stage } => ask(tables, sql::STAGE_IS, params![app.0, stage.as_str()])?,
    };
    if holds { Ok(()) } else { Err(Failure::Conflict) }
}

fn ask(tables: Tables<'_>, sql: &str, params: impl Params) -> Result<bool, Failure> {
    Ok(tables.0.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
}

pub(super) fn apply(tables: Tables<'_>, change: &Change, aftermath: &mut Aftermath) -> Result<(), Failure> {
    match change {
        Change::RenameAccount { account, name } => {
            tables.change(sql::RENAME_ACCOUNT, params![name, account.0])
        }
        Change::SetAdministrator { account, administrator } => {
            tables.change(sql::SET_ADMINISTRATOR, params![administrator, account.0])
        }
        Change::SetAccountSuspended { account, suspended } => {
            tables.change(sql::SET_ACCOUNT_SUSPENDED, params![suspended, account.0])
        }
        Change::SetPassword { account, password_hash } => {
            tables.change(sql::SET_PASSWORD, params![password_hash, account.0])
        }
        Change::RenameTeam { team, name } => {
            tables.change(sql::RENAME_TEAM, params![name, team.0])?;
            apps::forget_apps_of(tables, *team, aftermath)
        }
        Change::SetTeamKind { team, kind } => {
            tables.change(sql::SET_TEAM_KIND, params![kind.as_str(), team.0])
        }
        Change::SetMember { team, account, role } => {
            tables.change(sql::SET_MEMBER, params![team.0, account.0, role.as_str()])
        }
        Change::RemoveMember { team, account } => {
            tables.run(sql::REMOVE_MEMBER, [team.0, account.0]).map(drop)
        }
        Change::DescribeApp { app, name, description } => {
            tables.change(sql::DESCRIBE_APP, params![name, description, app.0])?;
            apps::forget(tables, *app, aftermath)
        }
        Change::SetRedirectUris { app, redirect_uris } => {
            set_redirect_uris(tables, *app, redirect_uris, aftermath)
        }
        Change::StopActingFor { app, team } => {
            tables.run(sql::STOP_ACTING_FOR, [app.0, team.0])?;
            apps::forget(tables, *app, aftermath)
        }
        Change::RemoveApp { app } => remove_app(tables, *app, aftermath),
        Change::SetLegacyKeyEnd { key, ends } => {
            aftermath.legacy_keys = true;
            tables.change(sql::SET_LEGACY_KEY_END, params![ends.map(|ends| ends.0), key.api, key.id])
        }
        Change::RemoveLegacyKey { key } => {
            aftermath.legacy_keys = true;
            tables.run(sql::REMOVE_LEGACY_KEY, [&key.api, &key.id]).map(drop)
        }
    }
}

fn set_redirect_uris(
    tables: Tables<'_>,
    app: AppId,
    redirect_uris: &[RedirectUri],
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.run(sql::REMOVE_REDIRECT_URIS, [app.0])?;
    apps::add_redirect_uris(tables, app, redirect_uris)?;
    apps::forget(tables, app, aftermath)
}

fn remove_app(tables: Tables<'_>, app: AppId, aftermath: &mut Aftermath) -> Result<(), Failure> {
    apps::forget(tables, app, aftermath)?;
    aftermath.legacy_keys = true;
    for sql in [
        sql::REMOVE_ACTIVE_GRANT,
        sql::REMOVE_GRANTS,
        sql::REMOVE_CODES,
        sql::REMOVE_DEVICES,
        sql::REMOVE_CONSENTS,
        sql::REMOVE_LISTED_USERS,
        sql::REMOVE_APP_TEAMS,
        sql::REMOVE_REDIRECT_URIS,
        app_sql::REMOVE_SECRETS,
        app_sql::REMOVE_LEGACY_KEYS,
        usage_sql::REMOVE_HOURS,
        usage_sql::REMOVE_DAYS,
        usage_sql::REMOVE_USERS,
        usage_sql::REMOVE_REFUSALS,
    ] {
        tables.run(sql, [app.0])?;
    }
    tables.change(sql::REMOVE_APP, [app.0])
}
