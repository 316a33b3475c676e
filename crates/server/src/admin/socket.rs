//! The admin socket: private from its first moment, in a place that one server has at a time.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// Longest path, in bytes: `sun_path` of Linux holds 108 with its end, that of others 104.
pub const MAX_PATH_BYTES: usize = 103;

/// A socket that is listened on. Its file goes when it is dropped.
#[derive(Debug)]
pub struct Socket {
    pub(super) listener: UnixListener,
    path: PathBuf,
    inode: u64,
}

/// The socket cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("another server listens on {}: stop it, or name another [admin] `socket`", .0.display())]
    Taken(PathBuf),
    #[error("{} is no socket, and is left as it is: name another [admin] `socket`", .0.display())]
    NotASocket(PathBuf),
    #[error("cannot listen on {}: {source}; see that this user may write to its folder", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl Socket {
    /// Listens at `path`. A socket that nobody listens on any more, left by a kill, is replaced.
    ///
    /// It is bound in a folder that this user alone can enter, made private there, and only then moved to its place: the
    /// umask is the whole process's, and for a moment anyone could connect.
    pub fn bind(path: &Path) -> Result<Self, SocketError> {
        let failed = |source| SocketError::Io { path: path.to_owned(), source };
        check_place(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let hidden = folder.join(format!(".s{}", std::process::id()));
        // A process that had this number before was killed at this point.
        let _ = fs::remove_dir_all(&hidden);
        DirBuilder::new().mode(0o700).create(&hidden).map_err(failed)?;
        let bound = bind_private(&hidden.join("s"), path);
        let _ = fs::remove_dir_all(&hidden);
        let (listener, inode) = bound.map_err(failed)?;
        Ok(Self { listener, path: path.to_owned(), inode })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let own = fs::symlink_metadata(&self.path).is_ok_and(|file| file.ino() == self.inode);
        if own && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "cannot remove the admin socket");
        }
    }
}

fn bind_private(hidden: &Path, path: &Path) -> io::Result<(UnixListener, u64)> {
    let listener = UnixListener::bind(hidden)?;
    fs::set_permissions(hidden, Permissions::from_mode(0o600))?;
    let inode = fs::symlink_metadata(hidden)?.ino();
    fs::rename(hidden, path)?;
    Ok((listener, inode))
}

/// Whether the place is free, or holds what a server that was killed left.
fn check_place(path: &Path) -> Result<(), SocketError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(SocketError::Io { path: path.to_owned(), source }),
        Ok(file) if !file.file_type().is_socket() => return Err(SocketError::NotASocket(path.to_owned())),
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        // Somebody listens, or will not say.
        _ => Err(SocketError::Taken(path.to_owned())),
    }
}

/// Whether a user may administer: the one the server runs as, and root. The file's mode keeps others out already; this
/// holds where somebody loosened it.
pub(super) fn may_administer(peer: u32) -> bool {
    is_allowed(peer, rustix::process::geteuid().as_raw())
}

fn is_allowed(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener as StdListener;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_servers_user_and_root() {
        for (peer, own, allowed) in
            [(1000, 1000, true), (0, 1000, true), (1001, 1000, false), (1000, 0, false)]
        {
            assert_eq!(is_allowed(peer, own), allowed, "{peer} {own}");
        }
    }

    #[tokio::test]
    async fn private_single_and_gone_afterwards() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("stagedoor.sock");
        let socket = Socket::bind(&path).unwrap();
        assert_eq!(fs::symlink_metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(matches!(Socket::bind(&path), Err(SocketError::Taken(_))));
        assert!(UnixStream::connect(&path).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_is_in_its_place() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("stagedoor.sock");
        fs::write(&path, "a letter").unwrap();
        assert!(matches!(Socket::bind(&path), Err(SocketError::NotASocket(_))));
        fs::remove_file(&path).unwrap();
        // As after a kill: the file stays and nobody listens.
        drop(StdListener::bind(&path).unwrap());
        let socket = Socket::bind(&path).unwrap();
        // Somebody put another in its place: that one is not ours to remove.
        fs::remove_file(&path).unwrap();
        let _other = StdListener::bind(&path).unwrap();
        drop(socket);
        assert!(path.exists());
    }

    #[tokio::test]
    async fn no_folder() {
        let path = TempDir::new().unwrap().path().join("no/stagedoor.sock");
        assert!(matches!(Socket::bind(&path), Err(SocketError::Io { .. })));
    }
}
