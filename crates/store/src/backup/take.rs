//! Taking a backup.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyFingerprint;

use super::partial::Partial;
use super::stamp::{self, Stamp};
use super::{BackupError, Step, copy};

/// How every SQLite file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A backup that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken {
    /// How long the file is.
    pub bytes: u64,
}

/// Takes a backup of `database` into the new file `to`; with `replace`, in place of a backup there is. `keys` are noted, so
/// that whoever restores it is told when other ones are in use by then. Blocks. The database may be in use by other
/// processes, which are not disturbed.
pub fn take(
    database: &Path,
    to: &Path,
    replace: bool,
    keys: Vec<KeyFingerprint>,
    now: Timestamp,
    on: &mut dyn FnMut(Step),
) -> Result<Taken, BackupError> {
    may_be_written(to, replace)?;
    let source = copy::of_database(database)?;
    if stamp::is_there(&source).map_err(BackupError::sqlite(database))? {
        return Err(BackupError::Foreign(database.to_owned()));
    }
    let partial = Partial::beside(to)?;
    let mut copied = copy::into(&partial, &source, on)?;
    drop(source);
    on(Step::Checking);
    copy::check(&copied, database, "quick_check")?;
    stamp::write(&mut copied, &Stamp { taken: now, keys }).map_err(BackupError::sqlite(&partial.path))?;
    copied.close().map_err(|(_, error)| BackupError::sqlite(&partial.path)(error))?;
    on(Step::Flushing);
    partial.flush()?;
    let bytes = partial.bytes()?;
    on(Step::Placing);
    may_be_written(to, replace)?;
    partial.place(to)?;
    on(Step::Done);
    Ok(Taken { bytes })
}

/// A backup may take the place of a backup, and of nothing else: not of the database itself, nor of the keys.
fn may_be_written(to: &Path, replace: bool) -> Result<(), BackupError> {
    match to.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupError::file("read", to)(error)),
        Ok(_) if !replace => Err(BackupError::Exists(to.to_owned())),
        Ok(about) if !about.is_file() || !is_backup(to)? => Err(BackupError::Foreign(to.to_owned())),
        Ok(_) => Ok(()),
    }
}

fn is_backup(path: &Path) -> Result<bool, BackupError> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(BackupError::file("read", path))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut head).map_err(BackupError::file("read", path))?;
    if head != MAGIC {
        return Ok(false);
    }
    let file = copy::of_file(path)?;
    stamp::is_there(&file).map_err(BackupError::sqlite(path))
}
