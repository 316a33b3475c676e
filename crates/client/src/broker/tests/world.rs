//! A vault, a provider and a broker in one folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use stagedoor_wire::{ClientId, Secret, Timestamp};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::provider::Provider;
use crate::broker::{AllowRule, Broker, Settings};
use crate::clock::{Clock, Moment};
use crate::credential::{AccessToken, Credential, CredentialName, Flow, ProviderAddress, RefreshToken};
use crate::provider::BaseUrl;
use crate::vault::Vault;

pub(super) const REFRESH_TOKEN: &str = "refresh-0-never-to-be-seen";
pub(super) const CLIENT_SECRET: &str = "client-secret-never-to-be-seen";
const START: Moment = Moment { wall_millis: 1_788_134_400_000, boot_millis: 1_000_000, boot: 7 };

pub(super) struct World {
    folder: TempDir,
    pub(super) provider: Provider,
    pub(super) sink: mpsc::UnboundedReceiver<usize>,
    pub(super) vault: Vault,
    pub(super) clock: Clock,
}

/// A broker that runs.
pub(super) struct Running {
    pub(super) socket: PathBuf,
    pub(super) address: SocketAddr,
    pub(super) metrics: SocketAddr,
    stop: oneshot::Sender<()>,
    pub(super) ended: JoinHandle<()>,
}

impl World {
    /// With the credential `own`, whose token `live-0` the provider takes.
    pub(super) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (provider, sink) = Provider::start().await;
        let vault = Vault::open(&folder.path().join("vault")).unwrap();
        let world = Self { folder, provider, sink, vault, clock: Clock::stopped_at(START) };
        world.store("own", &world.credential("app"));
        world
    }

    pub(super) fn credential(&self, client_id: &str) -> Credential {
        let base = BaseUrl::parse(&format!("http://{}", self.provider.address)).unwrap();
        Credential {
            provider: ProviderAddress { dialect: "standard".into(), accounts: base.clone(), api: base },
            client_id: ClientId::new(client_id).unwrap(),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            flow: Flow::AuthorizationCode,
            team: None,
            scopes: None,
            redirect_uri: None,
            legacy_key: None,
            access: Some(AccessToken {
                token: Secret::new("live-0"),
                scopes: None,
                since: START,
                seconds: 3600,
                date: None,
            }),
            refresh: Some(RefreshToken {
                token: Secret::new(REFRESH_TOKEN),
                authorized: Timestamp(0),
                received: Timestamp(0),
            }),
            set_aside: Vec::new(),
        }
    }

    pub(super) fn store(&self, name: &str, credential: &Credential) {
        self.vault.lock(&CredentialName::new(name).unwrap()).unwrap().write(credential).unwrap();
    }

    pub(super) fn vault_folder(&self) -> &Path {
        self.vault.folder()
    }

    pub(super) async fn run(&self, allow: &[&str]) -> Running {
        let loopback = "127.0.0.1:0".parse().unwrap();
        let settings = Settings {
            socket: self.folder.path().join("runtime/broker.sock"),
            listen: Some(loopback),
            metrics: Some(loopback),
            allow: allow.iter().map(|rule| rule.parse::<AllowRule>().unwrap()).collect(),
        };
        let broker = Broker::with_clock(self.vault.clone(), settings, self.clock.clone()).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        Running {
            socket: broker.socket().to_owned(),
            address: broker.address().unwrap(),
            metrics: broker.metrics_address().unwrap(),
            stop,
            ended: tokio::spawn(broker.run(async move {
                let _ = stopped.await;
            })),
        }
    }

    /// Bytes `/flood` gave away.
    pub(super) fn given(&self) -> u64 {
        self.provider.state.given.load(Ordering::SeqCst)
    }
}

impl Running {
    /// Tells it to stop.
    pub(super) fn tell(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.ended
    }

    pub(super) async fn stop(self) {
        self.tell().await.unwrap();
    }
}
