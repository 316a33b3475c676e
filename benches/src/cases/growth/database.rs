//! Databases of a size, written straight into their tables: by commits it would take an hour. They are kept under the target
//! folder, and each run works on a copy.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use stagedoor_protocol::Timestamp;

use super::population::{Population, Size, rank};
use crate::child::Pinned;
use crate::{Setting, stopwatch};

/// Raise it when what is written changes: databases of former versions are not used.
const VERSION: u32 = 1;
const MEMORY_KIB: i64 = 1024 * 1024;

/// Written last, so that a database that was broken off is made anew.
#[derive(Serialize, Deserialize, PartialEq)]
struct Made {
    version: u32,
    size: Size,
    began_millis: i64,
}

/// A copy of a database of that size in `folder`, which holds the keys too.
pub(super) fn copy(setting: &Setting, size: Size, folder: &Path) -> anyhow::Result<Population> {
    let kept = kept(setting, size)?;
    std::fs::create_dir(folder)?;
    for name in ["stagedoor.db", "stagedoor.key"] {
        std::fs::copy(kept.join(name), folder.join(name))?;
    }
    let made: Made = serde_json::from_str(&std::fs::read_to_string(kept.join("made.json"))?)?;
    population(&kept, &made)
}

fn population(folder: &Path, made: &Made) -> anyhow::Result<Population> {
    Population::new(
        made.size,
        &std::fs::read_to_string(folder.join("stagedoor.key"))?,
        Timestamp(made.began_millis),
    )
}

/// Where the database of that size is kept; it is made where there is none.
fn kept(setting: &Setting, size: Size) -> anyhow::Result<PathBuf> {
    let beside = setting.folder.parent().context("the folder of this run lies in another")?;
    let folder = beside.join(format!("growth-v{VERSION}-{}-{}", size.apps, size.grants));
    if folder.join("made.json").exists() {
        return Ok(folder);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    // With keys, schema and the demo that it asks for when it starts.
    drop(Pinned::stagedoor(setting, &folder)?);
    let made = Made { version: VERSION, size, began_millis: stopwatch::now().0 };
    let text = serde_json::to_string(&made)?;
    let stopwatch = stopwatch::Stopwatch::start();
    fill(&folder.join("stagedoor.db"), &population(&folder, &made)?)?;
    eprintln!("{} apps and {} grants written in {:.0?}", size.apps, size.grants, stopwatch.elapsed());
    std::fs::write(folder.join("made.json"), text)?;
    Ok(folder)
}

fn fill(database: &Path, population: &Population) -> anyhow::Result<()> {
    let connection = Connection::open(database)?;
    // Takes in what the server left in its log.
    connection.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -MEMORY_KIB)?;
    connection.set_prepared_statement_cache_capacity(16);
    connection.execute_batch("BEGIN")?;
    let indices = take_indices(&connection)?;
    people(&connection, population)?;
    apps(&connection, population)?;
    grants(&connection, population)?;
    // Sorted at once, rather than row by row.
    for index in indices {
        connection.execute_batch(&index)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Drops the indices that can be made again later; how they are made.
fn take_indices(connection: &Connection) -> anyhow::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
         AND tbl_name IN ('apps', 'secrets', 'grants')",
    )?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
    drop(statement);
    for (name, _) in &found {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    Ok(found.into_iter().map(|(_, sql)| sql).collect())
}

fn people(connection: &Connection, population: &Population) -> anyhow::Result<()> {
    let began = population.began.0;
    for place in 0..population.teams() {
        let row = params![population.team(place).0, format!("Team {place}"), began];
        let sql = "INSERT INTO teams (id, name, kind, created) VALUES (?1, ?2, 'label', ?3)";
        connection.prepare_cached(sql)?.execute(row)?;
    }
    for place in 0..population.accounts() {
        let row = params![population.account(place).0, format!("person{place:07}@example.com"), began];
        let sql = "INSERT INTO accounts (id, email, name, password_hash, created)
            VALUES (?1, ?2, 'Someone', '$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0$bm9ib2R5J3MgcGFzc3dvcmQ', ?3)";
        connection.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

fn apps(connection: &Connection, population: &Population) -> anyhow::Result<()> {
    for place in 0..population.size.apps {
        let rank = rank(place, population.size.apps);
        let (app, secret) = (population.app(rank).0, population.stored_secret(rank));
        let sql = "INSERT INTO apps (id, api, client_id, team_id, name, description, stage, public, created)
            VALUES (?1, ?2, ?3, ?4, ?5, 'One of very many', 'approved', 0, ?6)";
        connection.prepare_cached(sql)?.execute(params![
            app,
            &*population.rules.api,
            population.client_id(rank),
            population.team_of(rank).0,
            format!("App {place}"),
            population.began.0
        ])?;
        let sql = "INSERT INTO redirect_uris (app_id, position, uri) VALUES (?1, 0, ?2)";
        let uri = format!("https://app{place}.example/callback");
        connection.prepare_cached(sql)?.execute(params![app, uri])?;
        // Ids of secrets grow as those of their apps do.
        let sql = "INSERT INTO secrets (id, app_id, name, key_id, hash, created) VALUES (?1, ?1, 'first', ?2, ?3, ?4)";
        let row = params![app, secret.key.0, secret.hash, population.began.0];
        connection.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

fn grants(connection: &Connection, population: &Population) -> anyhow::Result<()> {
    let mut statement = connection.prepare(
        "INSERT INTO grants (id, app_id, team_id, account_id, app_epoch, team_epoch, account_epoch, scopes, salt,
            key_id, confidential, authorized, presented, presented_at)
         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5, ?6, ?7, ?8, ?9, 0, ?10)",
    )?;
    for place in 0..population.size.grants {
        let grant = population.grant(rank(place, population.size.grants));
        statement.execute(params![
            grant.id.0,
            grant.app.0,
            grant.team.0,
            grant.account.map(|account| account.0),
            grant.scopes.as_str(),
            grant.salt,
            grant.key.0,
            grant.confidential,
            grant.authorized.0,
            grant.succession.at.0
        ])?;
    }
    Ok(())
}
