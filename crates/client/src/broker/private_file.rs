//! The broker's own files in the vault's folder: readable by their owner alone from the first byte.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rand::Rng;
use rustix::fs::OFlags;

use crate::entropy;
use crate::vault::VaultError;

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Makes `folder` when it is absent; refuses one that others can enter.
pub(super) fn ensure_folder(folder: &Path) -> Result<(), VaultError> {
    let made = fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder);
    made.map_err(failed("make the folder", folder))?;
    let metadata = fs::metadata(folder).map_err(failed("read", folder))?;
    check(folder, &metadata, FOLDER_MODE)
}

/// The whole of the file; `None` when it is absent.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    let mut file = match open(path, OpenOptions::new().read(true)) {
        Err(VaultError::System { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed("read", path))?;
    Ok(Some(bytes))
}

/// Opens the file to write behind its end, making it when it is absent.
pub(super) fn append_to(path: &Path) -> Result<File, VaultError> {
    open(path, OpenOptions::new().append(true).create(true))
}

/// Waits for the lock at `path`, a file that is never deleted.
pub(super) fn lock(path: &Path) -> Result<File, VaultError> {
    let file = lock_file(path)?;
    file.lock().map_err(failed("lock", path))?;
    Ok(file)
}

/// The lock at `path`; `None` while another process has it.
pub(super) fn try_lock(path: &Path) -> Result<Option<File>, VaultError> {
    let file = lock_file(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(failed("lock", path)(error)),
    }
}

/// Puts `bytes` in the file's place: whoever reads sees the old or the new, also after a crash.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let temporary = path.with_extension(format!("{:016x}", entropy::rng().next_u64()));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    let written = write();
    if written.is_err() {
        // Its rename did not happen; what is left of it is of no use.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(failed("write", path))
}

fn lock_file(path: &Path) -> Result<File, VaultError> {
    open(path, OpenOptions::new().read(true).write(true).create(true))
}

fn open(path: &Path, options: &OpenOptions) -> Result<File, VaultError> {
    // NONBLOCK: a pipe put in the file's place must not hold us up before it is refused.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file =
        options.clone().mode(FILE_MODE).custom_flags(flags).open(path).map_err(failed("open", path))?;
    let metadata = file.metadata().map_err(failed("read", path))?;
    if !metadata.is_file() {
        return Err(VaultError::NotAFile(path.to_owned()));
    }
    check(path, &metadata, FILE_MODE)?;
    Ok(file)
}

fn check(path: &Path, metadata: &Metadata, cure: u32) -> Result<(), VaultError> {
    let (owner, user) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != user {
        return Err(VaultError::NotYours { path: path.to_owned(), owner, user });
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(VaultError::OpenToOthers { path: path.to_owned(), mode, cure });
    }
    Ok(())
}

/// Wraps the system's answer.
pub(super) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VaultError {
    move |source| VaultError::System { doing, path: path.to_owned(), source }
}
