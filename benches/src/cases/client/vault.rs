//! A vault with one credential in it.

use std::path::Path;

use stagedoor_client::clock::Clock;
use stagedoor_client::credential::{Flow, ProviderAddress};
use stagedoor_client::{AccessToken, BaseUrl, Credential, CredentialName, RefreshToken, Vault};
use stagedoor_wire::{ClientId, Secret};

pub(super) const NAME: &str = "measured";
const TOKEN: &str = "sdt_5f2a1c9e8b7d4036a1e2c3d4f5061728c3RhZ2Vkb29yIG1lYXN1cmVk";

/// Makes it in `folder`: the token lives for an hour from now, or has ended where `lives` is false.
pub(super) fn make(folder: &Path, dialect: &str, base: &str, lives: bool) -> anyhow::Result<Vault> {
    let vault = Vault::open(folder)?;
    let now = Clock::machine().now();
    let mut since = now;
    if !lives {
        since.wall_millis -= 7_200_000;
        // On a machine that has just started, the boot clock has no two hours to go back.
        since.boot = 0;
    }
    let base = BaseUrl::parse(base)?;
    let (authorized, received) = (now.wall(), now.wall());
    let refresh = RefreshToken { token: Secret::new("refresh-1"), authorized, received };
    let credential = Credential {
        provider: ProviderAddress { dialect: dialect.to_owned(), accounts: base.clone(), api: base },
        client_id: ClientId::new("29")?,
        client_secret: Some(Secret::new("5f2a1c9e8b7d4036a1e2c3d4f5061728")),
        flow: Flow::AuthorizationCode,
        team: None,
        scopes: None,
        redirect_uri: None,
        legacy_key: None,
        access: Some(AccessToken {
            token: Secret::new(TOKEN),
            scopes: None,
            since,
            seconds: 3600,
            date: None,
        }),
        refresh: Some(refresh),
        set_aside: Vec::new(),
    };
    vault.lock(&name()?)?.write(&credential)?;
    Ok(vault)
}

pub(super) fn name() -> anyhow::Result<CredentialName> {
    Ok(CredentialName::new(NAME)?)
}
