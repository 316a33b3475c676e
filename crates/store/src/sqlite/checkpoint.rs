//! Moving what is committed from the write-ahead log into the database file. The writer does it after it has answered, so
//! that nobody waits for it but the next batch.

use std::time::Duration;

use rusqlite::{Connection, Row};

use super::open::BUSY;

/// Pages in the log that are not in the database file yet (4 KiB each).
const DUE: i64 = 1000;
/// Pages at which readers are waited for, so that the log starts over and does not grow without end.
const LONG: i64 = 16 * DUE;
/// How long they are waited for. Those of a server are done by then; what reads for longer is a backup, and nobody who writes
/// may wait for the end of it.
const PATIENCE: Duration = Duration::from_millis(20);

/// Decides when.
pub(super) struct Checkpoints<'a> {
    connection: &'a Connection,
    /// Pages at which readers are waited for next.
    long: i64,
}

impl<'a> Checkpoints<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self { connection, long: LONG }
    }

    /// Checkpoints when the log is long enough. A failure loses nothing: the log keeps what it has.
    pub(super) fn when_due(&mut self) {
        let done = run(self.connection, "PRAGMA wal_checkpoint(NOOP)").and_then(|log| match log {
            Log { pages, .. } if pages >= self.long => self.start_over(),
            Log { pages, moved, .. } if pages - moved >= DUE => {
                run(self.connection, "PRAGMA wal_checkpoint(PASSIVE)").map(drop)
            }
            Log { .. } => Ok(()),
        });
        if let Err(error) = done {
            tracing::warn!(%error, "checkpoint failed");
        }
    }

    /// Lets the log start over, unless somebody reads for long: then it is tried again when it has grown as much again.
    fn start_over(&mut self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        let done = run(self.connection, "PRAGMA wal_checkpoint(RESTART)");
        self.connection.busy_timeout(BUSY)?;
        let log = done?;
        self.long = if log.is_read { log.pages + LONG } else { LONG };
        Ok(())
    }
}

/// Empties the log before the database is closed.
pub(super) fn last(connection: &Connection) {
    if let Err(error) = run(connection, "PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "last checkpoint failed");
    }
}

struct Log {
    /// Whether an older moment than the newest is being read.
    is_read: bool,
    pages: i64,
    moved: i64,
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<Log> {
    let read = |row: &Row<'_>| Ok(Log { is_read: row.get(0)?, pages: row.get(1)?, moved: row.get(2)? });
    connection.prepare_cached(sql)?.query_row([], read)
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;

    /// Whoever reads one moment for long, as a backup does, is not waited for again and again.
    #[test]
    fn a_long_reader_is_not_waited_for_each_time() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("db");
        let (writer, reader) = (open::writer(&path).unwrap(), open::reader(&path).unwrap());
        let write = |pages: i64| {
            let row =
                "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
                SELECT zeroblob(4000) FROM n";
            writer.execute(row, [pages]).unwrap();
        };
        writer.execute_batch("CREATE TABLE t (x BLOB)").unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();

        let mut checkpoints = Checkpoints::new(&writer);
        write(LONG);
        checkpoints.when_due();
        let put_off = checkpoints.long;
        assert!(put_off > 2 * LONG, "{put_off}");
        write(DUE);
        checkpoints.when_due();
        assert_eq!(checkpoints.long, put_off, "it was not tried again so soon");
        let busy: i64 = writer.pragma_query_value(None, "busy_timeout", |row| row.get(0)).unwrap();
        assert_eq!(busy, BUSY.as_millis() as i64);

        reader.execute_batch("COMMIT").unwrap();
        write(LONG);
        checkpoints.when_due();
        assert_eq!(checkpoints.long, LONG);
    }
}
