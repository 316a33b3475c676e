//! Moving what is committed from the write-ahead log into the database file. The writer does it after it has answered, so
//! that nobody waits for it but the next batch.

use rusqlite::Connection;

/// Pages in the log that are not in the database file yet (4 KiB each).
const DUE: i64 = 1000;
/// Pages at which readers are waited for, so that the log starts over and does not grow without end.
const LONG: i64 = 16 * DUE;

/// Checkpoints when the log is long enough. A failure loses nothing: the log keeps what it has.
pub(super) fn when_due(connection: &Connection) {
    let done = run(connection, "PRAGMA wal_checkpoint(NOOP)").and_then(|log| match log {
        Log { pages, .. } if pages >= LONG => run(connection, "PRAGMA wal_checkpoint(RESTART)").map(drop),
        Log { pages, moved } if pages - moved >= DUE => {
            run(connection, "PRAGMA wal_checkpoint(PASSIVE)").map(drop)
        }
        Log { .. } => Ok(()),
    });
    if let Err(error) = done {
        tracing::warn!(%error, "checkpoint failed");
    }
}

/// Empties the log before the database is closed.
pub(super) fn last(connection: &Connection) {
    if let Err(error) = run(connection, "PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "last checkpoint failed");
    }
}

struct Log {
    pages: i64,
    moved: i64,
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<Log> {
    connection.prepare_cached(sql)?.query_row([], |row| Ok(Log { pages: row.get(1)?, moved: row.get(2)? }))
}
