//! What rests on each key of the key file: asked by a command, beside a server that may be running.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::{KeyId, KeyUses};

use super::{migrations, open};
use crate::StoreError;
use crate::sql::keys as sql;

/// What in the database at `path` rests on each key and is good at `now`. Nothing does where there is no database, and none
/// is made. Blocks, and reads whole tables.
pub fn key_uses(path: &Path, now: Timestamp) -> Result<BTreeMap<KeyId, KeyUses>, StoreError> {
    let mut all = BTreeMap::new();
    if !path.exists() {
        return Ok(all);
    }
    let connection = open::reader(path)?;
    if !migrations::is_begun(&connection)? {
        return Ok(all);
    }
    // One snapshot for all that follows.
    let connection = connection.unchecked_transaction()?;
    let mut add = |sql, params: &[i64], count: fn(&mut KeyUses) -> &mut u64| {
        for (key, number) in counted(&connection, sql, params)? {
            *count(all.entry(key).or_default()) += number;
        }
        Ok::<_, StoreError>(())
    };
    add(sql::GRANTS, &[], |uses| &mut uses.grants)?;
    add(sql::SECRETS, &[now.0], |uses| &mut uses.secrets)?;
    add(sql::SEALED, &[now.0], |uses| &mut uses.sealed)?;
    add(sql::LEGACY_KEYS, &[now.0], |uses| &mut uses.legacy_keys)?;
    // A database that no newer server has opened yet has none.
    if connection.table_exists(None, "admin_credentials")? {
        add(sql::CREDENTIALS, &[now.0], |uses| &mut uses.credentials)?;
    }
    Ok(all)
}

fn counted(connection: &Connection, sql: &str, params: &[i64]) -> rusqlite::Result<Vec<(KeyId, u64)>> {
    let mut statement = connection.prepare(sql)?;
    let read = |row: &rusqlite::Row<'_>| Ok((KeyId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()));
    statement.query_map(rusqlite::params_from_iter(params), read)?.collect()
}
