//! The broker: programs on this machine call a provider's API through it, and it puts the token in. They see the access token
//! where they ask for it on the Unix socket, and never a refresh token or a client secret.
//!
//! ```text
//! /NAME/path?query        the API of the credential NAME
//! /_broker/token/NAME     its access token, as text       (Unix socket alone)
//! /_broker/status         what there is, as JSON          (Unix socket alone)
//! /_broker/metrics        figures, for Prometheus         (Unix socket; `metrics` gives them a port)
//! ```
//!
//! All state is the vault's: a broker that was killed has lost nothing.

mod allow;
mod answer;
pub mod applications;
mod audit;
mod body;
mod credential_entry;
mod credentials;
mod error;
mod figures;
mod forward;
mod guard;
mod headers;
mod limited;
mod listen;
mod own;
mod private_file;
mod refusal;
mod renew_ahead;
mod renewals;
mod socket;
mod target;
#[cfg(test)]
mod tests;
mod unkeyed;
mod upstream;

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use allow::{AllowRule, InvalidRule};
pub use error::BrokerError;
pub use socket::default_socket;

use crate::clock::{Clock, Moment};
use crate::vault::Vault;
use allow::AllowList;
use applications::Applications;
use audit::Audit;
use credentials::Credentials;
use figures::Refusals;
use listen::Listeners;
use renewals::Renewals;
use socket::Socket;
use unkeyed::Unkeyed;
use upstream::Upstream;

/// How a broker is to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Unix socket; [`default_socket`] where nobody chose another.
    pub socket: PathBuf,
    /// A loopback address to listen on as well. There a key is needed.
    pub listen: Option<SocketAddr>,
    /// A loopback address that answers `GET /metrics` and nothing else.
    pub metrics: Option<SocketAddr>,
    /// What may be asked of credentials; of those without a rule, anything.
    pub allow: Vec<AllowRule>,
}

/// A broker that listens.
pub struct Broker {
    shared: Arc<Shared>,
    socket: Socket,
    port: Option<TcpListener>,
    metrics: Option<TcpListener>,
    audit_writer: JoinHandle<()>,
}

/// What all requests share.
struct Shared {
    vault: Vault,
    clock: Clock,
    started: Moment,
    credentials: Credentials,
    upstream: Upstream,
    allow: AllowList,
    applications: Applications,
    renewals: Renewals,
    refusals: Refusals,
    unkeyed: Unkeyed,
    audit: Audit,
}

impl Broker {
    /// Takes its places. Requests wait until [`Broker::run`].
    pub async fn open(vault: Vault, settings: Settings) -> Result<Self, BrokerError> {
        Self::with_clock(vault, settings, Clock::machine()).await
    }

    /// The same by another clock.
    pub async fn with_clock(vault: Vault, settings: Settings, clock: Clock) -> Result<Self, BrokerError> {
        let socket = Socket::bind(&settings.socket)?;
        let port = bind(settings.listen).await?;
        let metrics = bind(settings.metrics).await?;
        let (audit, audit_writer) = Audit::open(vault.folder())?;
        let shared = Shared {
            started: clock.now(),
            credentials: Credentials::new(vault.clone(), clock.clone()),
            upstream: Upstream::new()?,
            allow: AllowList::new(settings.allow),
            applications: Applications::open(vault.folder())?,
            renewals: Renewals::new(),
            refusals: Refusals::default(),
            unkeyed: Unkeyed::default(),
            vault,
            clock,
            audit,
        };
        Ok(Self { shared: Arc::new(shared), socket, port, metrics, audit_writer })
    }

    /// Where the Unix socket is.
    pub fn socket(&self) -> &Path {
        self.socket.path()
    }

    /// The address that keys are needed on.
    pub fn address(&self) -> Option<SocketAddr> {
        address(self.port.as_ref())
    }

    /// The address of the figures.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        address(self.metrics.as_ref())
    }

    /// Serves until `stop`; then what is in flight and what is being renewed is finished, and the audit log written.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { shared, socket, port, metrics, audit_writer } = self;
        let (stopped, stopping) = watch::channel(());
        let ahead = tokio::spawn(renew_ahead::run(Arc::clone(&shared), ended(stopping)));
        let (listener, place) = socket.into_parts();
        let listeners = Listeners { socket: listener, port, metrics };
        listen::serve(listeners, place, Arc::clone(&shared), stop).await;
        drop(stopped);
        if ahead.await.is_err() {
            tracing::error!("renewing ahead ended early");
        }
        shared.renewals.end().await;
        shared.audit.end().await;
        if audit_writer.await.is_err() {
            tracing::error!("the audit log ended early");
        }
    }
}

async fn bind(address: Option<SocketAddr>) -> Result<Option<TcpListener>, BrokerError> {
    match address {
        Some(address) => Ok(Some(listen::bind(address).await?)),
        None => Ok(None),
    }
}

fn address(listener: Option<&TcpListener>) -> Option<SocketAddr> {
    listener?.local_addr().ok()
}

/// Until the sender is gone.
async fn ended(mut stopping: watch::Receiver<()>) {
    while stopping.changed().await.is_ok() {}
}
