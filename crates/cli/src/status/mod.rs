//! `stagedoor status`: every credential, until when it lives, and what needs a person.

mod facts;
mod json;
mod text;

use stagedoor_client::CredentialName;
use stagedoor_client::clock::Clock;

use crate::failure::{Exit, Failure};
use crate::{terminal, vault};
use facts::{Facts, Need};

/// Show credentials: whose, until when, and what needs you
///
/// For cron: nothing but the exit code changes with what is wrong, and it is the gravest of all credentials shown.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor status
  stagedoor status spotify --json | jq '.credentials[0].access_token.expires_in'
  stagedoor status --within 14 > /dev/null || echo 'sign in again soon' | mail you@example.com

Exit codes:
  0  all is well, or renews itself
  3  somebody has to sign in now, or within so many days as --within says
  4  a limit or quota is used up
  6  the vault is locked, or it or a credential in it is damaged or unsafe")]
pub(crate) struct Arguments {
    /// Which credential; all without one
    #[arg(value_parser = CredentialName::new)]
    name: Option<CredentialName>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// How many days ahead a sign-in that falls due makes the exit code 3
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    within: u16,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let vault = vault::open()?;
    let names = match &arguments.name {
        Some(name) => vec![name.clone()],
        None => vault.names()?,
    };
    let now = Clock::machine().now();
    let mut shown = Vec::new();
    for name in names {
        shown.push((name.clone(), Facts::collect(&vault, &name, now)));
    }
    if let (Some(name), Some((_, Ok(None)))) = (&arguments.name, shown.first()) {
        return Err(stagedoor_client::source::SourceError::Unknown(name.clone()).into());
    }
    let told = if arguments.json { json::of(&vault, &shown, now) } else { text::of(&vault, &shown, now) };
    terminal::print(told.as_bytes())?;
    let needs = shown.iter().map(|(_, facts)| match facts {
        Err(_) => Some(Exit::Vault),
        Ok(None) => None,
        Ok(Some(facts)) => match facts.need(now, arguments.within.into()) {
            Need::Nothing => None,
            Need::Patience => Some(Exit::Wait),
            Need::SignIn => Some(Exit::SignIn),
        },
    });
    match needs.flatten().max_by_key(|exit| grave(*exit)) {
        None => Ok(()),
        Some(exit) => Err(Failure::silent(exit)),
    }
}

/// A damaged vault before a sign-in before a wait.
fn grave(exit: Exit) -> u8 {
    match exit {
        Exit::Vault => 2,
        Exit::SignIn => 1,
        _ => 0,
    }
}
