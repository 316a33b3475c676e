//! The folder of database and keys: for its owner alone, and for one process at a time.

use std::fs::{File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_server::entropy;
use tempfile::TempDir;

/// The folder, held until it is dropped; a temporary one is then removed.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
    _temporary: Option<TempDir>,
}

impl Folder {
    /// Takes the folder named, or a new temporary one.
    pub(super) fn take(named: Option<&Path>) -> anyhow::Result<Self> {
        let (path, temporary) = match named {
            Some(path) => (path.to_owned(), None),
            None => {
                let made = temporary().context("cannot make a temporary folder; is TMPDIR right?")?;
                (made.path().to_owned(), Some(made))
            }
        };
        make(&path)?;
        refuse_writable_by_others(&path)?;
        let folder = Self { _lock: lock(&path)?, path, _temporary: temporary };
        for file in folder.database_files() {
            refuse_readable_by_others(&file)?;
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path.join("stagedoor.db")
    }

    /// The key file's keys; a new file where there is none.
    pub(super) fn keys(&self, now: Timestamp) -> anyhow::Result<KeyRing> {
        let path = self.key_file();
        if !path.exists() {
            if self.database().exists() {
                bail!(
                    "{} is missing, and without it the database beside it is worth nothing: put the key file back, or remove \
                     both and start anew",
                    path.display()
                );
            }
            write_private(&path, &KeyRing::generate(now, &mut entropy::rng()))?;
        }
        refuse_readable_by_others(&path)?;
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        KeyRing::parse(&text).with_context(|| path.display().to_string())
    }

    /// Removes database and keys, so that nothing issued before is worth anything.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        for path in self.database_files().into_iter().chain([self.key_file()]) {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn key_file(&self) -> PathBuf {
        self.path.join("stagedoor.key")
    }

    fn database_files(&self) -> [PathBuf; 3] {
        ["stagedoor.db", "stagedoor.db-wal", "stagedoor.db-shm"].map(|name| self.path.join(name))
    }
}

fn temporary() -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("stagedoor-dev-").permissions(Permissions::from_mode(0o700)).tempdir()
}

/// Makes the folder for its owner alone.
fn make(path: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Takes the folder for this process alone: a second one would not hear what the first revokes.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join("stagedoor.lock");
    let opened = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = opened.with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!(
            "{} is in use by another stagedoor; choose another --data-dir or stop that one",
            folder.display()
        ),
    }
}

/// Whoever writes in the folder can put files of their own in place of the database and the keys.
fn refuse_writable_by_others(folder: &Path) -> anyhow::Result<()> {
    if mode(folder)? & 0o022 != 0 {
        bail!(
            "others can write in {0}, and so put keys of their own there; run chmod go-w {0}, or choose a folder of your own",
            folder.display()
        );
    }
    Ok(())
}

/// Whoever reads the key file can make tokens; the database holds people's names and addresses.
fn refuse_readable_by_others(path: &Path) -> anyhow::Result<()> {
    if path.exists() && mode(path)? & 0o077 != 0 {
        bail!(
            "{0} can be read by others; run chmod 600 {0}, and POST /_dev/reset once it runs if it was exposed",
            path.display()
        );
    }
    Ok(())
}

fn mode(path: &Path) -> anyhow::Result<u32> {
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(metadata.permissions().mode())
}

/// Writes a file only its owner can read, from the first byte.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let opened = File::options().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
