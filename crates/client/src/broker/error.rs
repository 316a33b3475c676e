//! Why the broker does not start, or an application's key cannot be changed.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::vault::VaultError;

/// The broker's errors, each with the next step.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The vault, or a file of the broker's own in it.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// TLS cannot be set up.
    #[error("HTTPS cannot be set up ({0}): see that the system's certificates are installed")]
    Tls(String),
    /// Another process has the socket.
    #[error("another broker listens at {}: use that one, or give this one a place of its own with --socket PATH", .0.display())]
    SocketTaken(PathBuf),
    /// Something else stands in the socket's place.
    #[error("{} is no socket and is left alone: move it away, or choose another place with --socket PATH", .0.display())]
    NotASocket(PathBuf),
    /// No socket can be made there.
    #[error("cannot listen at {}: {source}. A socket's path has about 100 bytes at most; --socket PATH chooses another", path.display())]
    Socket {
        /// Where.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// An address that others can reach.
    #[error("{0} is not on this machine alone: listen on 127.0.0.1:{port} or [::1]:{port}", port = .0.port())]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}. Port 0 takes any free one")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// An application has this name already.
    #[error("{0} has a key: remove that one first with `stagedoor broker key remove {0}`")]
    KeyExists(String),
    /// No application has this name.
    #[error("no application called {0} has a key: `stagedoor broker key list` shows them all")]
    NoKey(String),
    /// The file of keys says nothing that is understood.
    #[error("{} cannot be read: move it away, then make new keys with `stagedoor broker key add APP`", .0.display())]
    Keys(PathBuf),
}
