//! Apps and legacy keys. What is read is kept in memory, unless it was changed meanwhile.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row};
use stagedoor_protocol::app::{App, Stage};
use stagedoor_protocol::client_secret::{Sealed, StoredSecret};
use stagedoor_protocol::id::{AppId, SecretId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::legacy_key::LegacyKey;
use stagedoor_protocol::team::Team;
use stagedoor_wire::{ClientId, RedirectUri};

use super::super::reader::View;
use super::super::row;
use crate::sql::apps as sql;

/// An app from the database, into memory.
pub(super) fn app(view: &View<'_>, api: &str, client_id: &ClientId) -> rusqlite::Result<Option<Arc<App>>> {
    let found = load(view, api, client_id)?.map(Arc::new);
    if let Some(app) = &found {
        view.memory.cache.keep_app(api, app, view.generation);
    }
    Ok(found)
}

fn load(view: &View<'_>, api: &str, client_id: &ClientId) -> rusqlite::Result<Option<App>> {
    let mut statement = view.connection.prepare_cached(sql::APP)?;
    let Some(mut app) = statement.query_row([api, client_id.as_str()], read).optional()? else {
        return Ok(None);
    };
    complete(view, &mut app)?;
    Ok(Some(app))
}

/// Adds what stands in other tables.
pub(super) fn complete(view: &View<'_>, app: &mut App) -> rusqlite::Result<()> {
    app.redirect_uris = all(view, sql::APP_REDIRECT_URIS, &[app.id.0], |own| {
        row::text(own, 0, |text| RedirectUri::parse(text).ok())
    })?;
    app.secrets = all(view, sql::APP_SECRETS, &[app.id.0], secret)?;
    app.teams.push(app.owner.clone());
    app.teams.extend(all(view, sql::APP_OTHER_TEAMS, &[app.id.0, app.owner.id.0], |own| team(own, 0))?);
    Ok(())
}

fn all<T>(
    view: &View<'_>,
    sql: &str,
    of: &[i64],
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = view.connection.prepare_cached(sql)?;
    statement.query_map(rusqlite::params_from_iter(of), read)?.collect()
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<App> {
    Ok(App {
        id: AppId(row.get(0)?),
        client_id: row::text(row, 1, |text| ClientId::new(text).ok())?,
        name: row.get(2)?,
        stage: row::text(row, 3, Stage::from_stored)?,
        public: row.get(4)?,
        epoch: row.get(5)?,
        owner: team(row, 6)?,
        reviewed: row.get(9)?,
        redirect_uris: Vec::new(),
        secrets: Vec::new(),
        teams: Vec::new(),
    })
}

fn team(row: &Row<'_>, column: usize) -> rusqlite::Result<Team> {
    Ok(Team { id: TeamId(row.get(column)?), name: row.get(column + 1)?, epoch: row.get(column + 2)? })
}

fn secret(row: &Row<'_>) -> rusqlite::Result<StoredSecret> {
    let sealed = match (row.get(6)?, row.get(7)?) {
        (Some(key), Some(bytes)) => Some(Sealed { key: KeyId(key), bytes }),
        _ => None,
    };
    Ok(StoredSecret {
        id: SecretId(row.get(0)?),
        name: row.get(1)?,
        key: KeyId(row.get(2)?),
        hash: row.get(3)?,
        created: row::time(row, 4)?,
        expires: row::optional_time(row, 5)?,
        last_used: row::optional_time(row, 8)?,
        sealed,
    })
}

pub(crate) fn legacy_key(view: &View<'_>, api: &str, id: &str) -> rusqlite::Result<Option<Arc<LegacyKey>>> {
    let mut statement = view.connection.prepare_cached(sql::LEGACY_KEY)?;
    let found = statement.query_row([api, id], read_legacy_key).optional()?.map(Arc::new);
    view.memory.cache.keep_legacy_key(api, id, &found, view.generation);
    Ok(found)
}

fn read_legacy_key(row: &Row<'_>) -> rusqlite::Result<LegacyKey> {
    Ok(LegacyKey {
        id: row.get(0)?,
        key: KeyId(row.get(1)?),
        hash: row.get(2)?,
        app: AppId(row.get(3)?),
        client_id: row::text(row, 4, |text| ClientId::new(text).ok())?,
        stage: row::text(row, 5, Stage::from_stored)?,
        team: team(row, 6)?,
        ends: row::optional_time(row, 9)?,
    })
}
