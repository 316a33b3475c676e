//! Apps, teams and secrets.

use rusqlite::params;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::app::{NewApp, Stage};
use stagedoor_protocol::client_secret::StoredSecret;
use stagedoor_protocol::id::{AppId, SecretId, TeamId};
use stagedoor_protocol::keys::{KeyId, Tag};
use stagedoor_protocol::team::TeamKind;
use stagedoor_wire::{ClientId, RedirectUri};

use super::{Failure, Tables};
use crate::cache::Key;
use crate::memory::Aftermath;
use crate::sql::apps as sql;

pub(super) struct NewAppRow<'a> {
    pub(super) api: &'a str,
    pub(super) id: AppId,
    pub(super) client_id: &'a ClientId,
    pub(super) new: &'a NewApp,
    pub(super) stage: Stage,
    pub(super) at: Timestamp,
}

pub(super) fn create(tables: Tables<'_>, row: &NewAppRow<'_>, at_most: Option<u32>) -> Result<(), Failure> {
    let NewAppRow { api, id, client_id, new, stage, at } = *row;
    if let Some(at_most) = at_most
        && tables.count(sql::COUNT_TEAM_APPS, params![new.team.0, api])? >= at_most
    {
        return Err(Failure::LimitReached);
    }
    tables.change(
        sql::CREATE_APP,
        params![
            id.0,
            api,
            client_id.as_str(),
            new.team.0,
            new.name,
            new.description,
            stage.as_str(),
            new.public,
            at.0,
            new.purpose,
            new.terms
        ],
    )?;
    add_redirect_uris(tables, id, &new.redirect_uris)
}

pub(super) fn add_redirect_uris(
    tables: Tables<'_>,
    app: AppId,
    redirect_uris: &[RedirectUri],
) -> Result<(), Failure> {
    for (position, uri) in redirect_uris.iter().enumerate() {
        tables.change(sql::ADD_REDIRECT_URI, params![app.0, position as i64, uri.as_str()])?;
    }
    Ok(())
}

pub(super) fn create_team(
    tables: Tables<'_>,
    id: TeamId,
    name: &str,
    kind: TeamKind,
    at: Timestamp,
) -> Result<(), Failure> {
    tables.change(sql::CREATE_TEAM, params![id.0, name, kind.as_str(), at.0])
}

pub(super) fn let_act_for(
    tables: Tables<'_>,
    app: AppId,
    team: TeamId,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.run(sql::LET_ACT_FOR, [app.0, team.0])?;
    forget(tables, app, aftermath)
}

pub(super) fn add_secret(
    tables: Tables<'_>,
    app: AppId,
    secret: &StoredSecret,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let sealed = secret.sealed.as_ref();
    tables.change(
        sql::ADD_SECRET,
        params![
            secret.id.0,
            app.0,
            secret.name,
            secret.key.0,
            secret.hash,
            secret.created.0,
            secret.expires.map(|expires| expires.0),
            sealed.map(|sealed| sealed.key.0),
            sealed.map(|sealed| &*sealed.bytes)
        ],
    )?;
    forget(tables, app, aftermath)
}

pub(super) fn remove_secret(
    tables: Tables<'_>,
    app: AppId,
    secret: SecretId,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.run(sql::REMOVE_SECRET, [secret.0, app.0])?;
    forget(tables, app, aftermath)
}

pub(super) fn remove_secrets(
    tables: Tables<'_>,
    app: AppId,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.run(sql::REMOVE_SECRETS, [app.0])?;
    forget(tables, app, aftermath)
}

pub(super) fn set_stage(
    tables: Tables<'_>,
    app: AppId,
    stage: Stage,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    tables.change(sql::SET_STAGE, params![stage.as_str(), app.0])?;
    forget(tables, app, aftermath)
}

pub(super) struct NewLegacyKey<'a> {
    pub(super) api: &'a str,
    pub(super) id: &'a str,
    pub(super) app: AppId,
    pub(super) key: KeyId,
    pub(super) hash: &'a Tag,
    pub(super) ends: Option<Timestamp>,
}

pub(super) fn add_legacy_key(
    tables: Tables<'_>,
    row: &NewLegacyKey<'_>,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let NewLegacyKey { api, id, app, key, hash, ends } = *row;
    aftermath.legacy_keys = true;
    tables.change(sql::ADD_LEGACY_KEY, params![api, id, app.0, key.0, hash, ends.map(|ends| ends.0)])
}

pub(super) fn remove_legacy_keys(
    tables: Tables<'_>,
    app: AppId,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    aftermath.legacy_keys = true;
    tables.run(sql::REMOVE_LEGACY_KEYS, [app.0]).map(drop)
}

/// Memory may hold the app as it was.
pub(super) fn forget(tables: Tables<'_>, app: AppId, aftermath: &mut Aftermath) -> Result<(), Failure> {
    forget_all(tables, sql::APP_KEY, app.0, aftermath)
}

/// Memory may hold the team's apps, and those that may act for it, as they were.
pub(super) fn forget_apps_of(
    tables: Tables<'_>,
    team: TeamId,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    forget_all(tables, sql::TEAM_APP_KEYS, team.0, aftermath)
}

pub(super) fn forget_all(
    tables: Tables<'_>,
    sql: &str,
    of: i64,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let mut statement = tables.0.prepare_cached(sql)?;
    let keys = statement.query_map([of], |row| Ok(Key { api: row.get(0)?, id: row.get(1)? }))?;
    for key in keys {
        aftermath.apps.push(key?);
    }
    Ok(())
}
