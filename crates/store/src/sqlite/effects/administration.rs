//! What administrators change, and what that expects.

use rusqlite::{OptionalExtension, Params, params};
use stagedoor_protocol::administration::{Change, Expectation};
use stagedoor_protocol::id::{AccountId, AppId, TeamId};
use stagedoor_protocol::invitation::{Invitation, InvitedTo};
use stagedoor_protocol::team::Role;
use stagedoor_wire::RedirectUri;

use super::super::row;
use super::{Failure, Tables, admin_api, apps};
use crate::memory::Aftermath;
use crate::sql::{admin_api as api_sql, administration as sql, apps as app_sql, usage as usage_sql};

/// A conflict when it does not hold.
pub(super) fn expect(tables: Tables<'_>, expectation: &Expectation) -> Result<(), Failure> {
    let holds = match expectation {
        Expectation::NoAdministrator => ask(tables, sql::NO_ADMINISTRATOR, [])?,
        Expectation::AnotherAdministrator(than) => ask(tables, sql::ANOTHER_ADMINISTRATOR, [than.0])?,
        Expectation::TeamNameFree(name) => ask(tables, sql::TEAM_NAME_FREE, [name])?,
        Expectation::AccountIs { account, epoch, password_hash, confirmed } => {
            ask(tables, sql::ACCOUNT_IS, params![account.0, epoch, password_hash, confirmed])?
        }
        Expectation::Stage { app, stage } => ask(tables, sql::STAGE_IS, params![app.0, stage.as_str()])?,
        Expectation::FewerSecrets { app, than } => {
            return fewer(tables.count(app_sql::COUNT_SECRETS, [app.0])?, *than);
        }
        Expectation::FewerTeams { account, than } => {
            return fewer(tables.count(sql::COUNT_TEAMS, [account.0])?, *than);
        }
        Expectation::FewerInvitations { team, than, at } => {
            return fewer(tables.count(sql::COUNT_INVITATIONS, [team.0, at.0])?, *than);
        }
        Expectation::AppEpoch { app, epoch } => ask(tables, sql::APP_EPOCH_IS, params![app.0, epoch])?,
        Expectation::Member { team, account, role } => {
            ask(tables, sql::MEMBER_IS, params![team.0, account.0, role.as_str()])?
        }
        Expectation::AnotherOwner { team, than } => ask(tables, sql::ANOTHER_OWNER, [team.0, than.0])?,
        Expectation::SignedIn(session) => ask(tables, sql::SESSION_IS_ON, [session.0])?,
        Expectation::Administrator(account) => ask(tables, sql::IS_ADMINISTRATOR, [account.0])?,
        Expectation::AtLeast { team, account, role } => {
            role_in(tables, *team, *account)?.is_some_and(|own| own.includes(*role))
        }
        Expectation::AppIs { app, name, team } => ask(tables, sql::APP_IS, params![app.0, name, team.0])?,
        Expectation::AppOf { app, team } => ask(tables, sql::APP_IS_OF, [app.0, team.0])?,
        Expectation::Credential(credential) => ask(tables, api_sql::CREDENTIAL_STANDS, [credential.0])?,
    };
    if holds { Ok(()) } else { Err(Failure::Conflict) }
}

fn fewer(count: u32, than: u32) -> Result<(), Failure> {
    if count < than { Ok(()) } else { Err(Failure::LimitReached) }
}

fn ask(tables: Tables<'_>, sql: &str, params: impl Params) -> Result<bool, Failure> {
    Ok(tables.0.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
}

fn role_in(tables: Tables<'_>, team: TeamId, account: AccountId) -> Result<Option<Role>, Failure> {
    let mut statement = tables.0.prepare_cached(sql::ROLE)?;
    let role = statement.query_row([team.0, account.0], |row| row::text(row, 0, Role::from_stored));
    Ok(role.optional()?)
}

pub(super) fn apply(tables: Tables<'_>, change: &Change, aftermath: &mut Aftermath) -> Result<(), Failure> {
    match change {
        Change::RenameAccount { account, name } => {
            tables.change(sql::RENAME_ACCOUNT, params![name, account.0])
        }
        Change::SetAdministrator { account, administrator } => {
            tables.change(sql::SET_ADMINISTRATOR, params![administrator, account.0])?;
            if *administrator { Ok(()) } else { admin_api::remove_credentials_of(tables, *account) }
        }
        Change::SetAccountSuspended { account, suspended } => {
            tables.change(sql::SET_ACCOUNT_SUSPENDED, params![suspended, account.0])
        }
        Change::SetAccountConfirmed { account, confirmed } => {
            tables.change(sql::SET_ACCOUNT_CONFIRMED, params![confirmed, account.0])
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
            tables.change(sql::SET_MEMBER, params![team.0, account.0, role.as_str()])?;
            if *role == Role::Owner { Ok(()) } else { end_invitations_by(tables, *team, *account) }
        }
        Change::RemoveMember { team, account } => {
            tables.run(sql::REMOVE_MEMBER, [team.0, account.0])?;
            // A second invitation is no way back in.
            tables.run(sql::REMOVE_INVITATIONS_FOR, [team.0, account.0])?;
            end_invitations_by(tables, *team, *account)
        }
        Change::DescribeApp { app, name, description, website, purpose } => {
            tables.change(sql::DESCRIBE_APP, params![name, description, website, purpose, app.0])?;
            apps::forget(tables, *app, aftermath)
        }
        Change::AskForReview { app, purpose, at } => {
            tables.change(sql::ASK_FOR_REVIEW, params![at.0, purpose, app.0])
        }
        Change::EndReview { app } => tables.change(sql::END_REVIEW, [app.0]),
        Change::MoveApp { app, from, to, terms, at_most } => {
            move_app(tables, *app, (*from, *to), terms.as_deref(), *at_most, aftermath)
        }
        Change::SaveInvitation(invitation) => save_invitation(tables, invitation),
        Change::EndInvitation { invitation } => tables.change(sql::END_INVITATION, [invitation.0]),
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
        Change::AddCredential(new) => admin_api::add_credential(tables, new),
        Change::RemoveCredential { credential } => {
            tables.run(api_sql::REMOVE_CREDENTIAL, [credential.0]).map(drop)
        }
        // It may have been revoked meanwhile.
        Change::NoteCredentialUse { credential, day } => {
            tables.run(api_sql::NOTE_USE, [day.0, credential.0]).map(drop)
        }
    }
}

/// Owners alone invite, so what others sent out is no invitation any more.
fn end_invitations_by(tables: Tables<'_>, team: TeamId, account: AccountId) -> Result<(), Failure> {
    tables.run(sql::REMOVE_INVITATIONS_BY, [team.0, account.0]).map(drop)
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

fn move_app(
    tables: Tables<'_>,
    app: AppId,
    (from, to): (TeamId, TeamId),
    terms: Option<&str>,
    at_most: Option<u32>,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let api: Option<String> =
        tables.0.prepare_cached(sql::API_OF_APP)?.query_row([app.0], |row| row.get(0)).optional()?;
    let api = api.ok_or(Failure::Conflict)?;
    if let Some(at_most) = at_most
        && tables.count(app_sql::COUNT_TEAM_APPS, params![to.0, api])? >= at_most
    {
        return Err(Failure::LimitReached);
    }
    tables.change(sql::MOVE_APP, params![to.0, terms, app.0, from.0])?;
    // Others that were asked to take it over come too late, too.
    for sql in [
        sql::REMOVE_REDIRECT_URIS,
        sql::REMOVE_APP_TEAMS,
        sql::REMOVE_CONSENTS,
        sql::REMOVE_LISTED_USERS,
        sql::REMOVE_INVITATIONS_TO,
    ] {
        tables.run(sql, [app.0])?;
    }
    apps::forget(tables, app, aftermath)
}

fn save_invitation(tables: Tables<'_>, invitation: &Invitation) -> Result<(), Failure> {
    let Invitation { id, hash, team, to, email, invited_by, expires } = invitation;
    let (role, app) = match to {
        InvitedTo::Join(role) => (Some(role.as_str()), None),
        InvitedTo::TakeOver(app) => (None, Some(app.0)),
    };
    let row = params![id.0, hash, team.0, role, app, email.as_str(), invited_by, expires.0];
    tables.change(sql::SAVE_INVITATION, row)
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
        sql::REMOVE_INVITATIONS_TO,
        sql::NOTE_REMOVED,
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
