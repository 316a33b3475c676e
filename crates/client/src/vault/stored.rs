//! A credential as it is written inside its sealed file: JSON. The only place that spells secrets out.

use serde::{Deserialize, Serialize, Serializer};
use stagedoor_wire::{ClientId, Scopes, Secret, Timestamp};
use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::credential::{AccessToken, Credential, Flow, ProviderAddress, RefreshToken};
use crate::provider::BaseUrl;

/// Room enough that the text never moves while it is written, which would leave a copy of it behind.
const ROOM: usize = 64 * 1024;

/// The JSON of `credential`.
pub(super) fn write(credential: &Credential) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let mut json = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *json, &StoredCredential::of(credential))?;
    Ok(json)
}

/// Reads what [`write()`] wrote; the error says what is wrong without saying what stands there.
pub(super) fn read(json: &[u8]) -> Result<Credential, &'static str> {
    let stored: StoredCredential =
        serde_json::from_slice(json).map_err(|_| "not the members of a credential")?;
    stored.credential()
}

/// A secret that is going to be encrypted.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Exposed(pub(super) Secret);

impl Serialize for Exposed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

#[derive(Serialize, Deserialize)]
struct StoredCredential {
    dialect: String,
    accounts: String,
    api: String,
    client_id: String,
    client_secret: Option<Exposed>,
    flow: StoredFlow,
    team: Option<String>,
    scopes: Option<String>,
    redirect_uri: Option<String>,
    legacy_key: Option<(String, Exposed)>,
    access: Option<StoredAccess>,
    refresh: Option<StoredRefresh>,
    set_aside: Vec<StoredRefresh>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredFlow {
    ClientCredentials,
    AuthorizationCode,
    Device,
}

#[derive(Serialize, Deserialize)]
struct StoredAccess {
    token: Exposed,
    scopes: Option<String>,
    since: Moment,
    seconds: u32,
    date_millis: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct StoredRefresh {
    token: Exposed,
    authorized_millis: i64,
    received_millis: i64,
}

impl StoredCredential {
    fn of(credential: &Credential) -> Self {
        let Credential { provider, client_id, flow, .. } = credential;
        Self {
            dialect: provider.dialect.clone(),
            accounts: provider.accounts.to_string(),
            api: provider.api.to_string(),
            client_id: client_id.as_str().to_owned(),
            client_secret: credential.client_secret.clone().map(Exposed),
            flow: StoredFlow::of(*flow),
            team: credential.team.clone(),
            scopes: credential.scopes.as_ref().map(Scopes::to_string),
            redirect_uri: credential.redirect_uri.clone(),
            legacy_key: credential.legacy_key.clone().map(|(id, key)| (id, Exposed(key))),
            access: credential.access.as_ref().map(StoredAccess::of),
            refresh: credential.refresh.as_ref().map(StoredRefresh::of),
            set_aside: credential.set_aside.iter().map(StoredRefresh::of).collect(),
        }
    }

    fn credential(self) -> Result<Credential, &'static str> {
        let base = |text: &str| BaseUrl::parse(text).map_err(|_| "a provider's address is no base URL");
        let provider =
            ProviderAddress { dialect: self.dialect, accounts: base(&self.accounts)?, api: base(&self.api)? };
        Ok(Credential {
            provider,
            client_id: ClientId::new(&self.client_id).map_err(|_| "the client id is none")?,
            client_secret: self.client_secret.map(|secret| secret.0),
            flow: self.flow.flow(),
            team: self.team,
            scopes: self.scopes.as_deref().map(Scopes::restore),
            redirect_uri: self.redirect_uri,
            legacy_key: self.legacy_key.map(|(id, key)| (id, key.0)),
            access: self.access.map(StoredAccess::access),
            refresh: self.refresh.map(StoredRefresh::refresh),
            set_aside: self.set_aside.into_iter().map(StoredRefresh::refresh).collect(),
        })
    }
}

impl StoredFlow {
    fn of(flow: Flow) -> Self {
        match flow {
            Flow::ClientCredentials => Self::ClientCredentials,
            Flow::AuthorizationCode => Self::AuthorizationCode,
            Flow::Device => Self::Device,
        }
    }

    fn flow(self) -> Flow {
        match self {
            Self::ClientCredentials => Flow::ClientCredentials,
            Self::AuthorizationCode => Flow::AuthorizationCode,
            Self::Device => Flow::Device,
        }
    }
}

impl StoredAccess {
    fn of(access: &AccessToken) -> Self {
        Self {
            token: Exposed(access.token.clone()),
            scopes: access.scopes.as_ref().map(Scopes::to_string),
            since: access.since,
            seconds: access.seconds,
            date_millis: access.date.map(|date| date.0),
        }
    }

    fn access(self) -> AccessToken {
        AccessToken {
            token: self.token.0,
            scopes: self.scopes.as_deref().map(Scopes::restore),
            since: self.since,
            seconds: self.seconds,
            date: self.date_millis.map(Timestamp),
        }
    }
}

impl StoredRefresh {
    fn of(refresh: &RefreshToken) -> Self {
        Self {
            token: Exposed(refresh.token.clone()),
            authorized_millis: refresh.authorized.0,
            received_millis: refresh.received.0,
        }
    }

    fn refresh(self) -> RefreshToken {
        RefreshToken {
            token: self.token.0,
            authorized: Timestamp(self.authorized_millis),
            received: Timestamp(self.received_millis),
        }
    }
}
