//! The vault as a whole, on a real disk.

mod cool_downs;
mod crashes;
mod crowds;
mod damage;
mod key_places;
mod permissions;
mod round_trip;

use std::fs;
use std::path::PathBuf;

use stagedoor_wire::{ClientId, Scopes, Secret, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::clock::Moment;
use crate::credential::{AccessToken, Flow, ProviderAddress, RefreshToken};
use crate::provider::BaseUrl;

/// A vault in a folder that goes when the test ends.
struct Home {
    folder: TempDir,
    vault: Vault,
}

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let vault = Vault::open(&folder.path().join("home")).unwrap();
        Self { folder, vault }
    }

    /// As another process would open it.
    fn again(&self) -> Vault {
        Vault::open(self.vault.folder()).unwrap()
    }

    /// Where a credential's file is.
    fn file(&self, file: &str) -> PathBuf {
        self.vault.folder().join("credentials").join(file)
    }

    /// Writes `credential` under its lock.
    fn write(&self, name: &CredentialName, credential: &Credential) {
        self.vault.lock(name).unwrap().write(credential).unwrap();
    }

    fn files(&self) -> Vec<String> {
        let mut files = Folder::at(self.vault.folder().join("credentials")).list().unwrap();
        files.sort();
        files
    }
}

fn name(text: &str) -> CredentialName {
    CredentialName::new(text).unwrap()
}

/// A credential that is told from others by its access token.
fn credential(token: &str) -> Credential {
    let since = Moment { wall_millis: 1_800_000_000_000, boot_millis: 5_000, boot: 7 };
    let refresh = |token: &str| RefreshToken {
        token: Secret::new(token),
        authorized: Timestamp(1_700_000_000_000),
        received: Timestamp(1_800_000_000_000),
    };
    Credential {
        provider: ProviderAddress {
            dialect: "standard".to_owned(),
            accounts: BaseUrl::parse("https://accounts.example").unwrap(),
            api: BaseUrl::parse("https://api.example/v1").unwrap(),
        },
        client_id: ClientId::new("an-app").unwrap(),
        client_secret: Some(Secret::new("the-client-secret")),
        flow: Flow::AuthorizationCode,
        team: Some("a team".to_owned()),
        scopes: Some(Scopes::parse("read write").unwrap()),
        redirect_uri: Some("http://127.0.0.1/callback".to_owned()),
        legacy_key: Some(("legacy-id".to_owned(), Secret::new("legacy-key"))),
        access: Some(AccessToken {
            token: Secret::new(token),
            scopes: None,
            since,
            seconds: 3600,
            date: Some(Timestamp(1_800_000_000_000)),
        }),
        refresh: Some(refresh("the-refresh-token")),
        set_aside: vec![refresh("refused-1"), refresh("refused-2")],
    }
}

/// The access token that tells [`credential`]s apart.
fn token(credential: Option<&Credential>) -> Option<&str> {
    Some(credential?.access.as_ref()?.token.expose())
}
