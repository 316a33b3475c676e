//! A folder that its owner alone can enter, and files in it that are whole or not there.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rand::Rng;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::{VaultError, crash};
use crate::entropy;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// What a temporary file is called: `.STEM~RANDOM`. No credential's name begins with `.` or holds `~`.
const TEMPORARY: char = '~';

/// The folder. Who changes a file in it holds the lock of that file's stem.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, which need not exist.
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Where `file` is.
    pub(super) fn file(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Makes it when it is absent, and refuses it when others can enter it.
    pub(super) fn ensure(&self) -> Result<(), VaultError> {
        if !self.check()? {
            self.make()?;
            self.check()?;
        }
        Ok(())
    }

    /// Whether it is there; refuses it when others can enter it.
    pub(super) fn check(&self) -> Result<bool, VaultError> {
        match fs::metadata(&self.0) {
            Ok(metadata) => check_owner(&self.0, &metadata, FOLDER_MODE).map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(VaultError::system("read", &self.0)(error)),
        }
    }

    fn make(&self) -> Result<(), VaultError> {
        let failed = VaultError::system("make the folder", &self.0);
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&self.0).map_err(failed)?;
        match self.0.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
            _ => Ok(()),
        }
    }

    /// What is in it, temporary files included; nothing when it is absent.
    pub(super) fn list(&self) -> Result<Vec<String>, VaultError> {
        let failed = || VaultError::system("list", &self.0);
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed())?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(io::Result::transpose).collect::<io::Result<_>>().map_err(failed())
    }

    /// The whole of `file`; `None` when it is absent. Links are not followed, and what others can read is refused.
    pub(super) fn read(&self, file: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.file(file);
        let Some(mut opened) = open(&path, OpenOptions::new().read(true))? else { return Ok(None) };
        let mut bytes = Vec::new();
        opened.read_to_end(&mut bytes).map_err(VaultError::system("read", &path))?;
        Ok(Some(bytes))
    }

    /// Opens the lock of `stem`, made when absent and never deleted: a lock that is deleted while somebody waits for it
    /// locks nothing.
    pub(super) fn lock_file(&self, stem: &str) -> Result<(File, PathBuf), VaultError> {
        self.ensure()?;
        let path = self.file(&format!("{stem}.lock"));
        let options = OpenOptions::new().read(true).write(true).create(true).mode(FILE_MODE).to_owned();
        match open(&path, &options)? {
            Some(file) => Ok((file, path)),
            None => Err(VaultError::system("open", &path)(ErrorKind::NotFound.into())),
        }
    }

    /// Puts `bytes` in the place of `file`: whoever reads sees the old or the new whole, at every moment and after a crash.
    /// Durable once [`Folder::sync`] returned.
    pub(super) fn replace(&self, stem: &str, file: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let temporary = self.temporary(stem, bytes)?;
        self.rename(&temporary, file)
    }

    /// Keeps the present `file`, which holds `bytes`, as `kept` too, so that replacing `file` leaves it there.
    pub(super) fn keep(&self, stem: &str, file: &str, bytes: &[u8], kept: &str) -> Result<(), VaultError> {
        let linked = self.file(&temporary_name(stem));
        crash::point("link").map_err(VaultError::system("link", &linked))?;
        let temporary = match fs::hard_link(self.file(file), &linked) {
            Ok(()) => linked,
            // Not every file system has links.
            Err(_) => self.temporary(stem, bytes)?,
        };
        self.rename(&temporary, kept)?;
        // rename(2) leaves both names where they already meant one file, as after a write that died half-way.
        remove(&temporary)
    }

    /// Deletes `file`, if it is there.
    pub(super) fn delete(&self, file: &str) -> Result<(), VaultError> {
        remove(&self.file(file))
    }

    /// Deletes what a crash left of earlier changes.
    pub(super) fn clear(&self, stem: &str) -> Result<(), VaultError> {
        let left = format!(".{stem}{TEMPORARY}");
        self.list()?.iter().filter(|name| name.starts_with(&left)).try_for_each(|name| self.delete(name))
    }

    /// Makes every change so far last.
    pub(super) fn sync(&self) -> Result<(), VaultError> {
        crash::point("sync folder").map_err(VaultError::system("sync", &self.0))?;
        sync(&self.0)
    }

    fn temporary(&self, stem: &str, bytes: &[u8]) -> Result<PathBuf, VaultError> {
        let path = self.file(&temporary_name(stem));
        let write = || {
            crash::point("create")?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&path)?;
            crash::point("write")?;
            file.write_all(bytes)?;
            crash::point("sync file")?;
            file.sync_all()
        };
        write().map_err(VaultError::system("write", &path))?;
        Ok(path)
    }

    fn rename(&self, from: &Path, to: &str) -> Result<(), VaultError> {
        let to = self.file(to);
        crash::point("rename")
            .and_then(|()| fs::rename(from, &to))
            .map_err(VaultError::system("replace", &to))
    }
}

fn temporary_name(stem: &str) -> String {
    format!(".{stem}{TEMPORARY}{:016x}", entropy::rng().next_u64())
}

fn remove(path: &Path) -> Result<(), VaultError> {
    let removed = crash::point("delete").and_then(|()| fs::remove_file(path));
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(VaultError::system("delete", path)),
    }
}

fn sync(folder: &Path) -> Result<(), VaultError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(VaultError::system("sync", folder))
}

/// Opens a plain file of one's own; `None` when it is absent.
fn open(path: &Path, options: &OpenOptions) -> Result<Option<File>, VaultError> {
    // NONBLOCK: a pipe put in the file's place must not hold us up before it is refused.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let file = match options.clone().custom_flags(flags.cast_signed()).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            return Err(VaultError::NotAFile(path.to_owned()));
        }
        opened => opened.map_err(VaultError::system("open", path))?,
    };
    let metadata = file.metadata().map_err(VaultError::system("read", path))?;
    if !metadata.is_file() {
        return Err(VaultError::NotAFile(path.to_owned()));
    }
    check_owner(path, &metadata, FILE_MODE)?;
    Ok(Some(file))
}

fn check_owner(path: &Path, metadata: &Metadata, cure: u32) -> Result<(), VaultError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_links_cannot_be_made_a_copy_is_kept() {
        let home = tempfile::TempDir::new().unwrap();
        let folder = Folder::at(home.path().to_owned());
        // A file that is not there cannot be linked either.
        folder.keep("a", "absent", b"content", "kept").unwrap();
        assert_eq!(folder.read("kept").unwrap().unwrap(), b"content");
        assert_eq!(folder.list().unwrap(), ["kept"]);
    }

    #[test]
    fn one_names_leftovers_are_not_anothers() {
        let home = tempfile::TempDir::new().unwrap();
        let folder = Folder::at(home.path().to_owned());
        for stem in ["a", "a.b", "ab"] {
            folder.temporary(stem, b"").unwrap();
        }
        folder.clear("a").unwrap();
        let left = folder.list().unwrap();
        assert!(left.len() == 2 && !left.iter().any(|name| name.starts_with(".a~")), "{left:?}");
    }
}
