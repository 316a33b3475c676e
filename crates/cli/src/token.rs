//! `stagedoor token`: a live access token on stdout.

use std::ffi::OsString;

use stagedoor_client::clock::Clock;
use stagedoor_client::renew::{self, remaining_millis};
use stagedoor_client::source::{self, TokenSource};
use stagedoor_client::{AccessToken, Credential, CredentialName, Vault};

use crate::failure::Failure;
use crate::{terminal, vault, when};

/// Print a live access token
///
/// A token that lives is read and printed, which takes milliseconds; one that has ended, or is about to, is renewed
/// first, once, however many processes ask at the same time.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor token spotify
  curl -H \"Authorization: Bearer $(stagedoor token spotify)\" https://api.spotify.com/v1/me
  stagedoor token bandcamp --min-ttl 600        for a job that takes ten minutes
  stagedoor token bandcamp --json | jq .expires_in")]
pub(crate) struct Arguments {
    /// Which credential; `stagedoor status` lists them
    #[arg(value_parser = CredentialName::new)]
    name: CredentialName,
    /// Print token, lifetime and scopes as JSON
    #[arg(long)]
    json: bool,
    /// Renew a token that lives for less than this; at most once
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    min_ttl: u32,
    /// Give up after so long
    #[arg(long, value_name = "SECONDS", default_value_t = MAX_WAIT_SECONDS)]
    max_wait: u32,
}

const MAX_WAIT_SECONDS: u32 = 30;

impl Arguments {
    /// What `words` say, where they are `token NAME` and nothing else.
    pub(crate) fn plain(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        let (command, name, None) = (words.next()?, words.next()?, words.next()) else { return None };
        let name = name.to_str().filter(|name| command == "token" && !name.starts_with('-'))?;
        let name = CredentialName::new(name).ok()?;
        Some(Self { name, json: false, min_ttl: 0, max_wait: MAX_WAIT_SECONDS })
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { name, json, min_ttl, max_wait } = arguments;
    let vault = vault::open()?;
    if let Some(live) = source::live(&vault, name, *min_ttl, Clock::machine().now())? {
        return print(&vault, name, &live, *json);
    }
    let credential = vault::credential(&vault, name)?;
    let source = vault::source(&vault, name, &credential, *max_wait)?;
    let access = vault::run(renewed(&source, *min_ttl))?;
    warn_of_sign_in(&source, &vault::credential(&vault, name)?);
    print(&vault, name, &access, *json)
}

async fn renewed(source: &TokenSource, min_ttl: u32) -> Result<AccessToken, Failure> {
    let what = format!("waiting for a token of {}", source.name());
    let given = terminal::during(&what, source.token_for(min_ttl)).await?;
    if let Some(warning) = given.warning {
        eprintln!("stagedoor: warning: {}", terminal::harmless_line(&warning.to_string()));
    }
    Ok(AccessToken::clone(&given.token))
}

/// Says on stderr that a person will have to sign in before long.
pub(crate) fn warn_of_sign_in(source: &TokenSource, credential: &Credential) {
    let due = credential
        .refresh
        .as_ref()
        .and_then(|refresh| renew::sign_in_due(&source.provider().dialect, refresh));
    let Some(due) = due else { return };
    let days = renew::days_left(due, source.clock().now().wall());
    if renew::warning(days).is_some() {
        let name = source.name();
        eprintln!(
            "stagedoor: warning: somebody has to sign in again by {} ({days} days): stagedoor login {name}",
            when::day(due)
        );
    }
}

fn print(vault: &Vault, name: &CredentialName, access: &AccessToken, json: bool) -> Result<(), Failure> {
    if !json {
        return terminal::print(format!("{}\n", access.token.expose()).as_bytes());
    }
    let now = Clock::machine().now();
    let seconds = u32::try_from(remaining_millis(access, now) / 1000).unwrap_or(u32::MAX);
    let provider = vault::credential(vault, name)?.provider.dialect;
    let told = serde_json::json!({
        "access_token": access.token.expose(),
        "token_type": "Bearer",
        "expires_in": seconds,
        "expires_at": when::rfc3339(now.wall().plus_seconds(seconds.into())),
        "scope": access.scopes.as_ref().map(|scopes| scopes.as_str()),
        "name": name.as_str(),
        "provider": provider,
    });
    terminal::print(format!("{told}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::Command;

    fn plain(words: &[&str]) -> Option<Arguments> {
        Arguments::plain(words.iter().map(OsString::from))
    }

    /// Both ways of reading the arguments read the same.
    #[test]
    fn plain_words() {
        let Command::Token(read) = crate::Arguments::parse_from(["stagedoor", "token", "spotify"]).command
        else {
            panic!("another command")
        };
        let plain = plain(&["token", "spotify"]).unwrap();
        assert_eq!(
            (plain.name, plain.json, plain.min_ttl, plain.max_wait),
            (read.name, read.json, read.min_ttl, read.max_wait)
        );
    }

    #[test]
    fn all_else_is_for_the_parser() {
        let others: [&[&str]; 7] = [
            &[],
            &["token"],
            &["token", "--help"],
            &["token", "spotify", "--json"],
            &["token", "a/b"],
            &["status", "spotify"],
            &["help", "token"],
        ];
        for words in others {
            assert!(plain(words).is_none(), "{words:?}");
        }
    }
}
