//! Putting a backup in place of a database.
//!
//! The copy is made, brought to the newest schema and voided beside the database; only then the former one gets another name
//! and the copy its name. Whoever is killed on the way leaves the one or the other.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyFingerprint;

use super::contents::{self, Contents, KeyUse};
use super::partial::{Partial, flush_folder, suffixed};
use super::stamp::{self, Stamp};
use super::{BackupError, Step, copy, void};
use crate::sqlite::migrations;

/// Clocks of two machines may differ by so much.
const CLOCK_LEEWAY_SECONDS: i64 = 60;

/// A backup, or the plain copy of a database that no server uses.
pub struct BackupFile {
    path: PathBuf,
    connection: Connection,
    stamp: Option<Stamp>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the former database is now.
    pub former: Option<PathBuf>,
}

impl BackupFile {
    /// Opens it, and refuses what is no database of Stagedoor or of a newer version.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let connection = copy::of_file(path)?;
        let read = || {
            let complete = migrations::is_complete(&connection)?;
            Ok((complete, stamp::read(&connection)?))
        };
        match read().map_err(BackupError::sqlite(path))? {
            (false, _) => Err(BackupError::NotStagedoor(path.to_owned())),
            (true, stamp) => Ok(Self { path: path.to_owned(), connection, stamp }),
        }
    }

    /// Looks through all of it for damage.
    pub fn check(&self, on: &mut dyn FnMut(Step)) -> Result<(), BackupError> {
        on(Step::Checking);
        copy::check(&self.connection, &self.path, "integrity_check")?;
        let check = self.connection.prepare("PRAGMA foreign_key_check");
        let strays = check.and_then(|mut check| check.exists([])).map_err(BackupError::sqlite(&self.path))?;
        if strays {
            let problem = "a row refers to one that is not there".to_owned();
            return Err(BackupError::Damaged { path: self.path.clone(), problem });
        }
        Ok(())
    }

    /// What it holds; apps and grants are listed up to `at_most`.
    pub fn contents(&self, at_most: u32) -> Result<Contents, BackupError> {
        contents::read(&self.connection, self.taken(), at_most).map_err(BackupError::sqlite(&self.path))
    }

    /// The keys that rows of it rest on and `ring` lacks, or has other ones in place of.
    pub fn missing_keys(&self, ring: &[KeyFingerprint]) -> Result<Vec<KeyUse>, BackupError> {
        let mut uses = contents::key_uses(&self.connection).map_err(BackupError::sqlite(&self.path))?;
        let noted = self.stamp.as_ref().map_or(&[][..], |stamp| &stamp.keys);
        uses.retain(|used| {
            let own = ring.iter().find(|key| key.id == used.id);
            let then = noted.iter().find(|key| key.id == used.id);
            own.is_none() || then.is_some_and(|then| own != Some(then))
        });
        Ok(uses)
    }

    /// Restores it to `database`, which no process may use meanwhile; a database that is there gets the name `former`.
    /// Blocks.
    pub fn restore(
        self,
        database: &Path,
        former: &Path,
        now: Timestamp,
        on: &mut dyn FnMut(Step),
    ) -> Result<Restored, BackupError> {
        self.refuse_clock_behind(now)?;
        let partial = Partial::beside(database)?;
        let mut copied = copy::into(&partial, &self.connection, on)?;
        on(Step::Voiding);
        migrations::run(&mut copied).map_err(BackupError::store(&self.path))?;
        void::run(&mut copied, now, self.taken()).map_err(BackupError::sqlite(&self.path))?;
        copied.close().map_err(|(_, error)| BackupError::sqlite(&partial.path)(error))?;
        on(Step::Flushing);
        partial.flush()?;
        on(Step::KeepingFormer);
        let former = keep_former(database, former)?;
        on(Step::Placing);
        partial.place(database)?;
        on(Step::Done);
        Ok(Restored { former })
    }

    fn taken(&self) -> Option<Timestamp> {
        self.stamp.as_ref().map(|stamp| stamp.taken)
    }

    fn refuse_clock_behind(&self, now: Timestamp) -> Result<(), BackupError> {
        let newest = self.contents(0)?.newest.max(self.taken());
        match newest {
            Some(newest) if newest > now.plus_seconds(CLOCK_LEEWAY_SECONDS) => {
                Err(BackupError::ClockBehind { newest })
            }
            _ => Ok(()),
        }
    }
}

/// Gives what is there a second name, whole. Its first one goes to the copy in one step.
fn keep_former(database: &Path, former: &Path) -> Result<Option<PathBuf>, BackupError> {
    if database.exists() {
        empty_log(database);
        std::fs::hard_link(database, former)
            .map_err(BackupError::file("keep the former database as", former))?;
    }
    // A log that could not be emptied must not stay: it would be taken for the restored database's.
    for suffix in ["-wal", "-journal"] {
        let log = suffixed(database, suffix);
        if log.exists() {
            let kept = suffixed(former, suffix);
            std::fs::rename(&log, &kept).map_err(BackupError::file("keep the former database as", &kept))?;
        }
    }
    let index = suffixed(database, "-shm");
    if index.exists() {
        std::fs::remove_file(&index).map_err(BackupError::file("remove", &index))?;
    }
    flush_folder(database).map_err(BackupError::file("write", database))?;
    Ok(former.exists().then(|| former.to_owned()))
}

/// Puts everything into the one file. Where that cannot be done, the file is damaged: log and file are kept apart as they are.
fn empty_log(database: &Path) {
    let emptied = Connection::open(database)
        .and_then(|former| former.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    if let Err(error) = emptied {
        tracing::warn!(%error, "the former database is kept with its log beside it");
    }
}
