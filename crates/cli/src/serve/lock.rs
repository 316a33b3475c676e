//! One process a database: a second one would not hear what the first revokes.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};

/// Takes the database for this process alone, as long as the file returned is open.
pub(crate) fn take(database: &Path) -> anyhow::Result<File> {
    let path = database.with_extension("lock");
    let opened = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = opened.with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!(
            "{} is in use by another stagedoor: stop that one, or name another [database] `path`",
            database.display()
        ),
    }
}
