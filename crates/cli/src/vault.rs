//! What every client's command begins with: the vault, one credential of it, and the provider behind that.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use stagedoor_client::source::SourceError;
use stagedoor_client::vault::{KeyPlace, VaultError};
use stagedoor_client::{ApiClient, Credential, CredentialName, HttpClient, Provider, TokenSource, Vault};
use tracing_subscriber::EnvFilter;

use crate::failure::{Exit, Failure};
use crate::{secret, terminal};

/// Opens the vault. A person is asked for the passphrase where there is one.
pub(crate) fn open() -> Result<Vault, Failure> {
    open_with(None)
}

/// The same, with the passphrase out of a file where one is given.
pub(crate) fn open_with(passphrase_file: Option<&Path>) -> Result<Vault, Failure> {
    let home = Vault::home()?;
    match Vault::open(&home) {
        Err(VaultError::PassphraseNeeded(path)) => {
            let passphrase = match passphrase_file {
                Some(file) => secret::read(file)?,
                None if terminal::can_ask() => {
                    terminal::ask_secret(&format!("Passphrase of {}", path.display()))?
                }
                None => return Err(locked(&VaultError::PassphraseNeeded(path))),
            };
            Ok(Vault::unlock(&home, &passphrase)?)
        }
        opened => Ok(opened?),
    }
}

fn locked(error: &VaultError) -> Failure {
    Failure::new(Exit::Vault, format!("{error}: stagedoor key unlock"))
}

/// The credential of this name, which must be there.
pub(crate) fn credential(vault: &Vault, name: &CredentialName) -> Result<Credential, Failure> {
    Ok(vault.read(name)?.ok_or_else(|| SourceError::Unknown(name.clone()))?)
}

/// Where the key is, and what that means.
pub(crate) fn key(vault: &Vault) -> &'static str {
    match vault.key_place() {
        KeyPlace::File => {
            "the key is in the file key.json there, so whoever can read your files can read them"
        }
        KeyPlace::Keychain => "the key is in the keychain of your desktop",
        KeyPlace::Passphrase => "the key is under a passphrase",
    }
}

/// The tokens of `credential`, for a caller who waits for `max_wait_seconds` at most.
pub(crate) fn source(
    vault: &Vault,
    name: &CredentialName,
    credential: &Credential,
    max_wait_seconds: u32,
) -> Result<TokenSource, Failure> {
    Ok(client(vault, name, credential, max_wait_seconds)?.source().clone())
}

/// The API of `credential`'s provider, for the same caller.
pub(crate) fn client(
    vault: &Vault,
    name: &CredentialName,
    credential: &Credential,
    max_wait_seconds: u32,
) -> Result<ApiClient, Failure> {
    let provider = Provider::stored(&credential.provider, vault.folder())?;
    let (http, patience) = (HttpClient::new(), Duration::from_secs(max_wait_seconds.into()));
    let source = TokenSource::new(vault.clone(), name.clone(), provider, http.clone()).max_wait(patience);
    Ok(ApiClient::new(source, http).max_wait(patience))
}

/// Runs what needs the network.
pub(crate) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    log();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Nothing is logged unless asked for. What HTTP and TLS would log is left out: requests hold secrets.
fn log() {
    let Ok(mut filter) =
        EnvFilter::try_from_env("STAGEDOOR_LOG").or_else(|_| EnvFilter::try_from_default_env())
    else {
        return;
    };
    for chatty in ["h2=off", "hyper=off", "hyper_util=off", "reqwest=off", "rustls=off"] {
        if let Ok(directive) = chatty.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
