//! What is noted in a backup alone, not in a database: when it was taken, and under which keys. These tables are not of the
//! schema; a file that has them is a backup, and no server runs on it.

use rusqlite::{Connection, OptionalExtension, params};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::{KeyFingerprint, KeyId};

const CREATE: &str = "CREATE TABLE backup (taken BIGINT NOT NULL);
    CREATE TABLE backup_keys (id BIGINT NOT NULL, tag BLOB NOT NULL)";

pub(super) struct Stamp {
    pub(super) taken: Timestamp,
    pub(super) keys: Vec<KeyFingerprint>,
}

/// Whether a file is a backup.
pub(crate) fn is_there(connection: &Connection) -> rusqlite::Result<bool> {
    connection.table_exists(None, "backup")
}

pub(super) fn write(connection: &mut Connection, stamp: &Stamp) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(CREATE)?;
    transaction.execute("INSERT INTO backup (taken) VALUES ($1)", [stamp.taken.0])?;
    for key in &stamp.keys {
        transaction
            .execute("INSERT INTO backup_keys (id, tag) VALUES ($1, $2)", params![key.id.0, key.tag])?;
    }
    transaction.commit()
}

/// `None` for the plain copy of a database.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Option<Stamp>> {
    if !is_there(connection)? {
        return Ok(None);
    }
    let taken = connection.query_row("SELECT taken FROM backup", [], |row| row.get(0)).optional()?;
    let mut keys = connection.prepare("SELECT id, tag FROM backup_keys ORDER BY id")?;
    let keys = keys.query_map([], |row| Ok(KeyFingerprint { id: KeyId(row.get(0)?), tag: row.get(1)? }))?;
    let keys = keys.collect::<rusqlite::Result<_>>()?;
    Ok(taken.map(|taken| Stamp { taken: Timestamp(taken), keys }))
}

pub(super) fn remove(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DROP TABLE IF EXISTS backup; DROP TABLE IF EXISTS backup_keys")
}
