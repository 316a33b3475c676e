//! A server that runs: requests find the front of what was taken up last, those under way finish with the one they met.
//!
//! The configuration is read again when an operator says so. What a watcher sees of the key file and the certificate changes
//! that alone: a configuration that is being edited is not taken up because a certificate was renewed.

mod fixed;
mod settled;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::Server;
use crate::config::{Configuration, Identity, Keys, TlsConfiguration};
use crate::figures::Figures;
use crate::front::{Front, FrontError, Lasting};
use crate::listen::tls::Tls;
use crate::listen::{Handler, Listener, ListenerOptions};
use settled::Settled;

/// Between two looks at the files.
const PAUSE: Duration = Duration::from_secs(1);

/// A server that takes up what changes.
pub struct Running {
    front: ArcSwap<Front>,
    lasting: Lasting,
    /// How it is reached where the configuration does not say.
    bound: SocketAddr,
    options: Arc<ArcSwap<ListenerOptions>>,
    tls: Option<Tls>,
    taken_up: Mutex<TakenUp>,
}

/// What was taken up last, and the files it came from.
struct TakenUp {
    configuration: Configuration,
    keys: Settled<Identity>,
    certificate: Settled<[Identity; 2]>,
}

/// Why a configuration without mistakes cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Front(#[from] FrontError),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

impl Running {
    /// What the configuration says, over what lasts; `bound` is where it listens.
    pub fn start(
        configuration: Configuration,
        bound: SocketAddr,
        lasting: Lasting,
    ) -> Result<Self, StartError> {
        let origin = configuration.server.origin(bound);
        let front = Front::new(&configuration, &origin, &lasting, None)?;
        let tls = configuration.server.tls.as_ref().map(|tls| Tls::new(&tls.certificate)).transpose()?;
        Ok(Self {
            front: ArcSwap::from_pointee(front),
            lasting,
            bound,
            options: Arc::new(ArcSwap::from_pointee(configuration.server.connections.clone())),
            tls,
            taken_up: Mutex::new(TakenUp::new(configuration)),
        })
    }

    /// A listener for what this server says of listening.
    pub fn listener(&self, socket: TcpListener) -> Listener {
        Listener { socket, options: self.options.clone(), tls: self.tls.clone() }
    }

    /// One server for all APIs there are now: for jobs.
    pub fn everything(&self) -> Arc<Server> {
        self.front.load().everything()
    }

    /// Takes up a configuration that was read again. What needs a restart stays as it is, and is named in the log. Blocks.
    pub fn take_up(&self, mut configuration: Configuration) -> Result<(), FrontError> {
        let mut taken_up = self.taken_up();
        for setting in fixed::keep(&mut configuration, &taken_up.configuration) {
            tracing::warn!(setting, "changed, and stays as it was until a restart");
        }
        self.build(&configuration)?;
        if let (Some(tls), Some(configured)) = (&self.tls, &configuration.server.tls) {
            tls.replace(&configured.certificate);
        }
        self.options.store(Arc::new(configuration.server.connections.clone()));
        *taken_up = TakenUp::new(configuration);
        Ok(())
    }

    /// Takes up keys and certificate when their files change, until `stop` turns true. Await it at shutdown.
    pub async fn watch(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while tokio::time::timeout(PAUSE, stop.wait_for(|stop| *stop)).await.is_err() {
            let running = self.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || running.look()).await {
                tracing::error!(%error, "the key file and the certificate are not watched any more");
                return;
            }
        }
    }

    fn look(&self) {
        let mut taken_up = self.taken_up();
        let place = taken_up.configuration.keys.place.clone();
        if taken_up.keys.has_become(place.identity()) {
            let taken = Keys::read(place).and_then(|keys| {
                let configuration = taken_up.configuration.with_keys(keys)?;
                self.build(&configuration).map_err(|error| error.to_string())?;
                taken_up.configuration = configuration;
                Ok(())
            });
            match taken {
                Ok(()) => tracing::info!("the changed key file is taken up"),
                Err(error) => tracing::error!(error, "the changed key file is not taken up"),
            }
        }
        let (Some(tls), Some(configured)) = (&self.tls, taken_up.configuration.server.tls.clone()) else {
            return;
        };
        if taken_up.certificate.has_become(configured.files.identities()) {
            match TlsConfiguration::read(configured.files) {
                Ok(configured) => {
                    tls.replace(&configured.certificate);
                    taken_up.configuration.server.tls = Some(configured);
                    self.note_certificate(&taken_up.configuration);
                }
                Err(error) => tracing::error!(%error, "the changed certificate is not taken up"),
            }
        }
    }

    fn note_certificate(&self, configuration: &Configuration) {
        let certificate = configuration.server.tls.as_ref().map(|tls| &tls.certificate);
        let valid_until = certificate.and_then(|certificate| certificate.valid_until());
        let valid_until = valid_until.map(tracing::field::display);
        tracing::info!(valid_until, "the changed certificate is taken up");
        configuration.warn(self.lasting.clock.now());
    }

    /// Puts a new front in place of the one there is.
    fn build(&self, configuration: &Configuration) -> Result<(), FrontError> {
        // Before a token of that age is minted or taken.
        self.lasting
            .store
            .expect_tokens_of(configuration.longest_token_seconds(), self.lasting.clock.now())?;
        let origin = configuration.server.origin(self.bound);
        let front = Front::new(configuration, &origin, &self.lasting, Some(&self.front.load()))?;
        self.front.store(Arc::new(front));
        Ok(())
    }

    fn taken_up(&self) -> MutexGuard<'_, TakenUp> {
        // What was taken up stands as a whole or not at all.
        self.taken_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler for Running {
    async fn handle(&self, request: Request<Body>) -> Response {
        self.front.load_full().handle(request).await
    }

    fn figures(&self) -> Arc<Figures> {
        self.lasting.insight.figures.clone()
    }
}

impl TakenUp {
    fn new(configuration: Configuration) -> Self {
        let certificate = configuration.server.tls.as_ref().map(|tls| tls.as_of).unwrap_or_default();
        Self {
            keys: Settled::new(configuration.keys.as_of),
            certificate: Settled::new(certificate),
            configuration,
        }
    }
}
