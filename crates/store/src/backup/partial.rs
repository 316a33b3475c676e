//! A file that is being written beside the place it is for. It gets its name when it is whole and on the disk; until then the
//! place holds what it held.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::BackupError;

/// What SQLite may put beside a file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Removed when dropped, unless it was placed. One that a killed process left is removed by the next.
pub(super) struct Partial {
    pub(super) path: PathBuf,
    file: File,
    is_placed: bool,
}

impl Partial {
    /// A new file for the place `target`, which its owner alone can read, from the first byte.
    pub(super) fn beside(target: &Path) -> Result<Self, BackupError> {
        let path = suffixed(target, ".partial");
        remove_left_over(&path)?;
        let created = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = match created {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(BackupError::Underway(path));
            }
            created => created.map_err(BackupError::file("write", &path))?,
        };
        file.try_lock().map_err(|_| BackupError::Underway(path.clone()))?;
        Ok(Self { path, file, is_placed: false })
    }

    /// Everything that was written is on the disk.
    pub(super) fn flush(&self) -> Result<(), BackupError> {
        self.file.sync_all().map_err(BackupError::file("write", &self.path))
    }

    pub(super) fn bytes(&self) -> Result<u64, BackupError> {
        Ok(self.file.metadata().map_err(BackupError::file("read", &self.path))?.len())
    }

    /// Gives it the name it is for, in place of what has that name, durably.
    pub(super) fn place(mut self, target: &Path) -> Result<(), BackupError> {
        std::fs::rename(&self.path, target).map_err(BackupError::file("write", target))?;
        self.is_placed = true;
        flush_folder(target).map_err(BackupError::file("write", target))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_placed {
            // What is left is removed by whoever writes here next.
            let _ = remove(&self.path);
        }
    }
}

/// Whoever writes holds a lock: a file without one was left behind.
fn remove_left_over(path: &Path) -> Result<(), BackupError> {
    let file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(BackupError::file("read", path)(error)),
    };
    match file.try_lock() {
        Ok(()) => remove(path).map_err(BackupError::file("remove", path)),
        Err(TryLockError::WouldBlock) => Err(BackupError::Underway(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(BackupError::file("lock", path)(error)),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    for suffix in BESIDE {
        match std::fs::remove_file(suffixed(path, suffix)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    std::fs::remove_file(path)
}

/// A path with more at its end.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the names in a file's folder durable.
pub(super) fn flush_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_is_left_behind() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("db");
        let first = Partial::beside(&target).unwrap();
        assert!(matches!(Partial::beside(&target), Err(BackupError::Underway(_))));
        drop(first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        for name in ["db.partial", "db.partial-wal"] {
            std::fs::write(folder.path().join(name), "of a process that was killed").unwrap();
        }
        let second = Partial::beside(&target).unwrap();
        assert_eq!(second.bytes().unwrap(), 0);
        second.place(&target).unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["db"]);
    }
}
