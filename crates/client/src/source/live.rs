//! A live token out of the vault: no runtime, no TLS, no lock, no request.

use crate::clock::Moment;
use crate::credential::{AccessToken, Credential, CredentialName};
use crate::renew::{early_millis, remaining_millis};
use crate::vault::{Vault, VaultError};

/// The stored access token of `name`, when it lives for `min_ttl_seconds` and is not about to be renewed; otherwise a
/// [`super::TokenSource`] has to be asked.
pub fn live(
    vault: &Vault,
    name: &CredentialName,
    min_ttl_seconds: u32,
    now: Moment,
) -> Result<Option<AccessToken>, VaultError> {
    let credential = vault.read(name)?;
    Ok(credential
        .filter(|credential| is_fresh(credential, min_ttl_seconds, now))
        .and_then(|found| found.access))
}

fn is_fresh(credential: &Credential, min_ttl_seconds: u32, now: Moment) -> bool {
    credential.access.as_ref().is_some_and(|access| {
        remaining_millis(access, now) > early_millis(access).max(u64::from(min_ttl_seconds) * 1000)
    })
}
