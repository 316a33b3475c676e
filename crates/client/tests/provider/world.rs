//! A vault with one credential in it, and sources over it.

use stagedoor_client::clock::{Clock, Moment};
use stagedoor_client::credential::{Flow, ProviderAddress};
use stagedoor_client::{
    AccessToken, ApiClient, BaseUrl, Credential, CredentialName, HttpClient, Provider, RefreshToken,
    TokenSource, Vault,
};
use stagedoor_wire::{ClientId, Dialect, Secret, Timestamp};
use tempfile::TempDir;

pub(crate) const NOW: Moment = Moment { wall_millis: 1_790_000_000_000, boot_millis: 900_000_000, boot: 7 };
pub(crate) const CLIENT_SECRET: &str = "client+secret/of-the-app=";

pub(crate) struct World {
    _folder: TempDir,
    pub(crate) vault: Vault,
    pub(crate) clock: Clock,
    pub(crate) http: HttpClient,
    pub(crate) provider: Provider,
    pub(crate) name: CredentialName,
}

/// The built-in dialect, or `strict`: standard where a lost answer is lost.
pub(crate) fn dialect(name: &str) -> Dialect {
    if name != "strict" {
        return Dialect::built_in(name).unwrap();
    }
    let standard = include_str!("../../../wire/dialects/standard.toml");
    let strict = standard.replacen("lost_answer = \"repeated\"", "lost_answer = \"lost\"", 1);
    assert_ne!(strict, standard);
    Dialect::parse("strict.toml", &strict).unwrap()
}

impl World {
    /// A vault with the credential `mine` at `base`: its access token spent, its refresh token `refresh-1`.
    pub(crate) fn new(dialect_name: &str, base: &BaseUrl) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("vault")).unwrap();
        let world = Self {
            _folder: folder,
            vault,
            clock: Clock::stopped_at(NOW),
            http: HttpClient::new(),
            provider: Provider::at(dialect(dialect_name), base.clone()),
            name: CredentialName::new("mine").unwrap(),
        };
        world.change(|_| {});
        world
    }

    /// Stores a changed credential.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Credential)) {
        let locked = self.vault.lock(&self.name).unwrap();
        let mut credential = locked.read().unwrap().unwrap_or_else(|| self.expired());
        change(&mut credential);
        locked.write(&credential).unwrap();
    }

    pub(crate) fn stored(&self) -> Credential {
        self.vault.read(&self.name).unwrap().unwrap()
    }

    /// Another source over the same folder, with a vault handle of its own as another process has.
    pub(crate) fn source(&self) -> TokenSource {
        let vault = Vault::open(self.vault.folder()).unwrap();
        let (name, provider) = (self.name.clone(), self.provider.clone());
        TokenSource::with_clock(vault, name, provider, self.http.clone(), self.clock.clone())
    }

    pub(crate) fn api(&self) -> ApiClient {
        ApiClient::new(self.source(), self.http.clone())
    }

    fn expired(&self) -> Credential {
        let authorized = Timestamp(NOW.wall_millis - 7_200_000);
        let (accounts, api) = (self.provider.accounts.clone(), self.provider.api.clone());
        Credential {
            provider: ProviderAddress { dialect: self.provider.dialect.name.to_string(), accounts, api },
            client_id: ClientId::new("29").unwrap(),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            flow: Flow::AuthorizationCode,
            team: None,
            scopes: None,
            redirect_uri: None,
            legacy_key: None,
            access: Some(access("access-0", 3600, 3600)),
            refresh: Some(RefreshToken { token: Secret::new("refresh-1"), authorized, received: authorized }),
            set_aside: Vec::new(),
        }
    }
}

/// An access token got `age` seconds ago.
pub(crate) fn access(token: &str, age: u64, seconds: u32) -> AccessToken {
    let since = Moment {
        wall_millis: NOW.wall_millis - i64::try_from(age).unwrap() * 1000,
        boot_millis: NOW.boot_millis - age * 1000,
        boot: NOW.boot,
    };
    AccessToken { token: Secret::new(token), scopes: None, since, seconds, date: None }
}

/// For an app that acts for itself.
pub(crate) fn for_itself(credential: &mut Credential) {
    credential.flow = Flow::ClientCredentials;
    credential.access = None;
    credential.refresh = None;
}
