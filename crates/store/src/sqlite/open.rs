//! Opening connections.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::StoreError;

/// How long to wait for another process that holds the database.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// More than all statements of `sql`.
const STATEMENTS: usize = 192;

/// The connection that writes. Creates the file.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    create_private(path).map_err(|error| {
        StoreError::Unavailable(format!("{} cannot be opened or created: {error}", path.display()))
    })?;
    let connection = connect(path)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unavailable(format!(
            "{} is on a file system without shared memory, which the database needs: use a local disk",
            path.display()
        )));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    // The writer empties the log itself, after it has answered.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

/// A connection that only reads.
pub(crate) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -8 * 1024)?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    // Each connection stays with one thread; the file exists by now.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Otherwise SQLite may plan for the values bound, and then prepares many statements anew at each use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Creates the file so that only its owner can read it, and makes its name durable. SQLite gives the files beside it the
/// same mode. A file that exists keeps its own.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => file.sync_all()?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::{StatementStatus, params_from_iter};

    use super::super::migrations;
    use super::*;

    #[test]
    fn statements_are_prepared_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut connection = writer(&folder.path().join("db")).unwrap();
        migrations::run(&mut connection).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        for (name, text) in crate::sql::all() {
            let mut statement = connection.prepare(text).unwrap();
            for value in [1, 2, 3] {
                let values = vec![value; statement.parameter_count()];
                statement.query(params_from_iter(values)).unwrap().next().unwrap();
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{name}");
        }
    }
}
