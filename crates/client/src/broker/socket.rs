//! The Unix socket: in a folder that its owner alone can enter, and one broker at a time.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::error::BrokerError;
use super::private_file::{self, failed};

const NAME: &str = "broker.sock";

/// Where the socket is unless told otherwise: `$XDG_RUNTIME_DIR/stagedoor/broker.sock`, else `broker.sock` in the vault's
/// folder.
pub fn default_socket(vault_folder: &Path) -> PathBuf {
    let runtime =
        env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute() && path.is_dir());
    runtime.map_or_else(|| vault_folder.join(NAME), |folder| folder.join("stagedoor").join(NAME))
}

/// A socket that is listened on. Its place is given up when dropped.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) listener: UnixListener,
    place: Place,
}

/// The socket's file, and the lock that says whose it is: the lock goes last.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    inode: u64,
    _lock: File,
}

impl Socket {
    /// Takes the place at `path`. A socket that nobody listens on any more, left by a kill, is replaced.
    pub(super) fn bind(path: &Path) -> Result<Self, BrokerError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        private_file::ensure_folder(folder)?;
        let mut lock = path.to_owned().into_os_string();
        lock.push(".lock");
        let Some(lock) = private_file::try_lock(Path::new(&lock))? else {
            return Err(BrokerError::SocketTaken(path.to_owned()));
        };
        remove_stale(path)?;
        let not_bound = |source| BrokerError::Socket { path: path.to_owned(), source };
        let listener = UnixListener::bind(path).map_err(not_bound)?;
        // Until here the folder alone keeps others out, whatever the umask.
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(not_bound)?;
        let inode = fs::symlink_metadata(path).map_err(not_bound)?.ino();
        Ok(Self { listener, place: Place { path: path.to_owned(), inode, _lock: lock } })
    }

    pub(super) fn path(&self) -> &Path {
        &self.place.path
    }

    pub(super) fn into_parts(self) -> (UnixListener, Place) {
        (self.listener, self.place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let own = fs::symlink_metadata(&self.path).is_ok_and(|file| file.ino() == self.inode);
        if own && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "cannot remove the socket");
        }
    }
}

/// Removes what a broker that was killed left at `path`. The lock is held: no broker of ours is behind it.
fn remove_stale(path: &Path) -> Result<(), BrokerError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => {
            if !found.map_err(failed("read", path))?.file_type().is_socket() {
                return Err(BrokerError::NotASocket(path.to_owned()));
            }
        }
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            Ok(fs::remove_file(path).map_err(failed("remove", path))?)
        }
        // Somebody listens, or will not say.
        _ => Err(BrokerError::SocketTaken(path.to_owned())),
    }
}

/// Whether the process at the other end may ask: one of this user's. The folder keeps others out already; this holds where
/// somebody loosened it.
pub(super) fn may_ask(peer: u32) -> io::Result<()> {
    belongs_to(peer, rustix::process::geteuid().as_raw())
}

fn belongs_to(peer: u32, user: u32) -> io::Result<()> {
    if peer == user {
        Ok(())
    } else {
        Err(io::Error::new(ErrorKind::PermissionDenied, format!("it is of user {peer}")))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener as StdListener;

    use tempfile::TempDir;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn of_ones_own_user_alone() {
        assert!(belongs_to(1000, 1000).is_ok());
        assert!(belongs_to(1001, 1000).is_err());
        assert!(belongs_to(0, 1000).is_err());
    }

    #[tokio::test]
    async fn private_single_and_gone_afterwards() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("runtime/broker.sock");
        let socket = Socket::bind(&path).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert!(matches!(Socket::bind(&path), Err(BrokerError::SocketTaken(_))));
        drop(socket);
        assert!(!path.exists());
        assert!(Socket::bind(&path).is_ok());
    }

    #[tokio::test]
    async fn what_is_in_its_place() {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        let path = folder.path().join("broker.sock");
        fs::write(&path, "a letter").unwrap();
        assert!(matches!(Socket::bind(&path), Err(BrokerError::NotASocket(_))));
        fs::remove_file(&path).unwrap();

        let other = StdListener::bind(&path).unwrap();
        assert!(matches!(Socket::bind(&path), Err(BrokerError::SocketTaken(_))));
        // As after a kill: the file stays and nobody listens.
        drop(other);
        let socket = Socket::bind(&path).unwrap();
        // Somebody put another in its place: that one is not ours to remove.
        fs::remove_file(&path).unwrap();
        let _other = StdListener::bind(&path).unwrap();
        drop(socket);
        assert!(path.exists());
    }

    #[tokio::test]
    async fn a_folder_that_others_can_enter() {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(Socket::bind(&folder.path().join("broker.sock")), Err(BrokerError::Vault(_))));
    }
}
