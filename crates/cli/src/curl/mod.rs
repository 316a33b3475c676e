//! `stagedoor curl`: the real curl, which gets the credential without anybody else seeing it.
//!
//! The header goes through a pipe that curl reads as a configuration file: never through its arguments or environment, which
//! other processes can read.

mod arguments;
mod options;

use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use stagedoor_client::{Credential, CredentialName, Provider};
use stagedoor_wire::Secret;

use crate::failure::{Exit, Failure};
use crate::{terminal, vault};

/// Run curl with the credential added
///
/// curl is told the header in secret and only for the provider's own address: other URLs, redirects, proxies and whatever else
/// could carry the token away are refused. The exit code is curl's.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor curl spotify -- https://api.spotify.com/v1/me
  stagedoor curl spotify -- -sS /v1/me -o me.json
  stagedoor curl bandcamp -- -d '{}' -H 'Content-Type: application/json' /api/account/1/my_bands")]
pub(crate) struct Arguments {
    /// Which credential; `stagedoor status` lists them
    #[arg(value_parser = CredentialName::new)]
    name: CredentialName,
    /// curl's own arguments, behind --; a path alone goes to the provider's API
    #[arg(last = true, required = true, value_name = "CURL ARGUMENTS")]
    arguments: Vec<String>,
    /// Give up waiting for a token after so long
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    max_wait: u32,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let name = &arguments.name;
    let vault = vault::open()?;
    let credential = vault::credential(&vault, name)?;
    let source = vault::source(&vault, name, &credential, arguments.max_wait)?;
    let checked = arguments::check(source.provider(), &arguments.arguments).map_err(Failure::usage)?;
    let headers = match legacy_headers(source.provider(), &credential) {
        Some(headers) => headers,
        None => {
            let what = format!("waiting for a token of {name}");
            let token = vault::run(async { Ok(terminal::during(&what, source.token()).await?) })?;
            vec![("Authorization", Secret::new(format!("Bearer {}", token.token.expose())))]
        }
    };
    let configuration = configuration(source.provider(), &headers)?;
    let error = Command::new("curl")
        // First of all, or ~/.curlrc would be read.
        .arg("--disable")
        .args(["--config", &format!("/dev/fd/{}", configuration.as_raw_fd())])
        .args(checked)
        .exec();
    Err(Failure::new(Exit::Other, format!("cannot run curl: {error}; install it, or use `stagedoor call`")))
}

/// The deprecated key pair, where that is all there is.
fn legacy_headers<'a>(provider: &'a Provider, credential: &'a Credential) -> Option<Vec<(&'a str, Secret)>> {
    let (names, (id, key)) = (provider.dialect.legacy_keys.as_ref()?, credential.legacy_key.as_ref()?);
    if credential.client_secret.is_some() {
        return None;
    }
    Some(vec![(&names.id_header, Secret::new(id.as_str())), (&names.key_header, key.clone())])
}

/// The read end of a pipe that holds the configuration and nothing more; curl inherits it.
fn configuration(provider: &Provider, headers: &[(&str, Secret)]) -> Result<OwnedFd, Failure> {
    // Braces in a URL are no list of hosts.
    let mut text = String::from("globoff\nproto = \"=http,https\"\n");
    if provider.api.to_string().starts_with("http:") {
        // A proxy out of the environment would be shown the header in clear.
        text.push_str("noproxy = \"*\"\n");
    }
    for (name, value) in headers {
        let escaped = value.expose().replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("header = \"{name}: {escaped}\"\n"));
    }
    let text = Secret::new(text);
    // A pipe takes 64 KiB before anybody reads.
    if text.expose().len() > 60_000 {
        return Err(Failure::new(Exit::Other, "the token is too long for curl: use `stagedoor call`"));
    }
    let failed = |error: rustix::io::Errno| Failure::new(Exit::Other, format!("cannot make a pipe: {error}"));
    let (reading, writing) = rustix::pipe::pipe().map_err(failed)?;
    let mut rest = text.expose().as_bytes();
    while !rest.is_empty() {
        let written = rustix::io::write(&writing, rest).map_err(failed)?;
        rest = &rest[written..];
    }
    Ok(reading)
}
