//! Why there is no backup, or none was restored.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use stagedoor_protocol::Timestamp;

use crate::StoreError;

/// Why nothing was written or restored. The texts are for operators.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to back up.
    #[error("there is no database at {}: has the server run yet?", .0.display())]
    NoDatabase(PathBuf),
    /// There is nothing to restore.
    #[error("there is no backup at {}: name a file that `stagedoor backup` wrote", .0.display())]
    NoBackup(PathBuf),
    /// And nobody asked to replace it.
    #[error("{} exists already, and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// What would be overwritten is something else: a database in use, a key file, a picture.
    #[error("{} is no backup, and is not overwritten: name another file", .0.display())]
    Foreign(PathBuf),
    /// Two write the same file.
    #[error("another process is writing {}", .0.display())]
    Underway(PathBuf),
    /// It is something else.
    #[error("{} is not a database of Stagedoor", .0.display())]
    NotStagedoor(PathBuf),
    /// SQLite finds that it is not whole.
    #[error("{} is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In SQLite's words.
        problem: String,
    },
    /// Epochs that are derived from a clock that is behind would not be above those that were.
    #[error("the clock of this machine is behind the backup: set it first")]
    ClockBehind {
        /// The newest time in the backup.
        newest: Timestamp,
    },
    /// The file system refuses.
    #[error("cannot {doing} {}: {error}", path.display())]
    File {
        /// A verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// In the system's words.
        error: io::Error,
    },
    /// SQLite refuses, or the schema is newer.
    #[error("{}: {error}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        error: StoreError,
    },
}

impl BackupError {
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::File { doing, path: path.to_owned(), error }
    }

    /// What SQLite says of the file at `path`.
    pub(super) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |error| {
            let path = path.to_owned();
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => Self::NotStagedoor(path),
                Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, problem: error.to_string() },
                _ => Self::Store { path, error: error.into() },
            }
        }
    }

    pub(super) fn store(path: &Path) -> impl FnOnce(StoreError) -> Self {
        move |error| Self::Store { path: path.to_owned(), error }
    }
}
