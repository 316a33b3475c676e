//! The vault: folder, key, credentials, own dialects.

use stagedoor_client::provider::find_dialect;
use stagedoor_client::{Credential, CredentialName, Provider, Vault};

use super::Finding;
use crate::failure::{Exit, Failure};
use crate::provider::own_names;
use crate::vault;

pub(super) fn open() -> Result<Vault, Failure> {
    vault::open()
}

/// Folder and key.
pub(super) fn opened(opened: &Result<Vault, Failure>) -> Vec<Finding> {
    let vault = match opened {
        Ok(vault) => vault,
        // The vault's own words end in the cure.
        Err(failure) => return vec![Finding::fail(Exit::Vault, failure.to_string(), None)],
    };
    let folder = Finding::ok(format!("{} is yours alone", vault.folder().display()));
    vec![folder, Finding::ok(vault::key(vault))]
}

/// Every credential, and those that can be read.
#[expect(clippy::type_complexity, reason = "two lists, taken apart at once")]
pub(super) fn credentials(
    vault: &Vault,
) -> Result<(Vec<(CredentialName, Credential, Provider)>, Vec<Finding>), Failure> {
    let (mut sound, mut findings) = (Vec::new(), Vec::new());
    for name in vault.names()? {
        let credential = match vault.read(&name) {
            Ok(Some(credential)) => credential,
            Ok(None) => continue,
            Err(error) => {
                findings.push(Finding::fail(Exit::Vault, error.to_string(), None));
                continue;
            }
        };
        match Provider::stored(&credential.provider, vault.folder()) {
            Ok(provider) => {
                findings.push(Finding::ok(format!("{name} can be read")));
                sound.push((name, credential, provider));
            }
            Err(error) => findings.push(Finding::fail(Exit::Other, format!("{name}: {error}"), None)),
        }
    }
    if sound.is_empty() && findings.is_empty() {
        findings.push(Finding::ok("there is no credential yet; stagedoor login PROVIDER makes one"));
    }
    Ok((sound, findings))
}

/// Dialect files of one's own.
pub(super) fn own_dialects(vault: &Vault) -> Vec<Finding> {
    let names = match own_names(vault.folder()) {
        Ok(names) => names,
        Err(failure) => return vec![Finding::fail(Exit::Other, failure.to_string(), None)],
    };
    let look = |name: &String| match find_dialect(name, vault.folder()) {
        Ok(_) => Finding::ok(format!("your provider {name} can be read")),
        Err(error) => {
            let cure = "mend the file, then: stagedoor provider add --replace FILE";
            Finding::fail(Exit::Other, error.to_string(), Some(cure.to_owned()))
        }
    };
    names.iter().map(look).collect()
}
