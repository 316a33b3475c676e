//! Locks between processes: the operating system's, which die with whoever holds them.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};

use super::VaultError;
use super::folder::Folder;

/// A lock that is held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock of `stem`.
    pub(super) fn take(folder: &Folder, stem: &str) -> Result<Self, VaultError> {
        let (file, path) = folder.lock_file(stem)?;
        uninterrupted(|| file.lock()).map_err(VaultError::system("lock", &path))?;
        Ok(Self { _file: file })
    }

    /// The lock of `stem`; `None` while somebody else has it.
    pub(super) fn try_take(folder: &Folder, stem: &str) -> Result<Option<Self>, VaultError> {
        let (file, path) = folder.lock_file(stem)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(VaultError::system("lock", &path)(error)),
        }
    }

    /// Waits until nobody has the lock of `stem`, beside all others who wait so.
    pub(super) fn wait_for(folder: &Folder, stem: &str) -> Result<(), VaultError> {
        let (file, path) = folder.lock_file(stem)?;
        uninterrupted(|| file.lock_shared()).map_err(VaultError::system("lock", &path))
    }
}

/// A signal that is handled elsewhere ends a wait early; it is taken up again.
fn uninterrupted(wait: impl Fn() -> io::Result<()>) -> io::Result<()> {
    loop {
        match wait() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
