//! One moment of a database, page by page into another file. The moment is held by a read transaction: who writes is not
//! kept from it, and what is written meanwhile is not in the copy.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, ffi};

use super::partial::Partial;
use super::{BackupError, Step};
use crate::StoreError;
use crate::sqlite::{migrations, open};

/// Pages between two signs of life (of 4 KiB).
const PAGES_AT_A_TIME: i32 = 1024;

/// A moment of the database at `path`, that may be in use by other processes.
pub(super) fn of_database(path: &Path) -> Result<Connection, BackupError> {
    if !path.exists() {
        return Err(BackupError::NoDatabase(path.to_owned()));
    }
    let connection = open::reader(path).map_err(BackupError::store(path))?;
    hold(connection, path)
}

/// A moment of a file that nobody writes.
pub(super) fn of_file(path: &Path) -> Result<Connection, BackupError> {
    if !path.is_file() {
        return Err(BackupError::NoBackup(path.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(BackupError::sqlite(path))?;
    hold(connection, path)
}

fn hold(connection: Connection, path: &Path) -> Result<Connection, BackupError> {
    connection.execute_batch("BEGIN").map_err(BackupError::sqlite(path))?;
    // The first statement that reads takes the snapshot.
    let found = migrations::version(&connection).map_err(BackupError::sqlite(path))?;
    let known = migrations::newest();
    if found > known {
        return Err(BackupError::store(path)(StoreError::NewerDatabase { found, known }));
    }
    Ok(connection)
}

/// Copies it into `partial`, and gives the copy to write in.
pub(super) fn into(
    partial: &Partial,
    source: &Connection,
    on: &mut dyn FnMut(Step),
) -> Result<Connection, BackupError> {
    let failed = BackupError::sqlite(&partial.path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(&partial.path, flags).map_err(&failed)?;
    // Nobody sees the file before it is whole and flushed: nothing has to be undone after a crash.
    copy.pragma_update(None, "synchronous", "off").map_err(&failed)?;
    pages(source, &mut copy, on).map_err(&failed)?;
    for mode in ["delete", "memory"] {
        // The first makes it a lone file, which it is not while its header asks for a log beside it.
        copy.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(())).map_err(&failed)?;
    }
    Ok(copy)
}

fn pages(source: &Connection, copy: &mut Connection, on: &mut dyn FnMut(Step)) -> rusqlite::Result<()> {
    let page_bytes: u32 = source.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let backup = Backup::new(source, copy)?;
    loop {
        let stepped = backup.step(PAGES_AT_A_TIME)?;
        let progress = backup.progress();
        let bytes = |pages: i32| u64::from(pages.unsigned_abs()) * u64::from(page_bytes);
        let (done_bytes, of_bytes) =
            (bytes(progress.pagecount - progress.remaining), bytes(progress.pagecount));
        on(Step::Copying { done_bytes, of_bytes });
        match stepped {
            StepResult::More => {}
            StepResult::Done => return Ok(()),
            // Both connections are this process's own, and the source is held already.
            _ => return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)),
        }
    }
}

/// Looks through the file for damage; `pragma` is `quick_check`, or `integrity_check`, which compares indexes too.
pub(super) fn check(connection: &Connection, path: &Path, pragma: &str) -> Result<(), BackupError> {
    let verdict: String = connection
        .query_row(&format!("PRAGMA {pragma}(1)"), [], |row| row.get(0))
        .map_err(BackupError::sqlite(path))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(BackupError::Damaged { path: path.to_owned(), problem: verdict })
    }
}
