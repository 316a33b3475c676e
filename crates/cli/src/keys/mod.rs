//! `stagedoor keys`: the keys of a server, listed, replaced and retired.

mod file;
mod list;
mod retire;
mod rotate;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use stagedoor_protocol::keys::{Demand, Purpose};
use stagedoor_server::config::{Configuration, KeyPlace};

use crate::check;
use crate::failure::Failure;

/// See, replace and retire the keys of a server of your own
///
/// Every token, secret and grant of a server rests on one of them. A new key takes over at its time, and the older one goes on
/// checking what it made until it is retired. The key of your own credentials is another: `stagedoor key`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor keys list                              what there is, and what rests on it
  stagedoor keys rotate                            a new key for every purpose, in use a minute from now
  stagedoor keys rotate --purpose jwt_es256        for one of them
  stagedoor keys retire 3                          take an old one out, once nothing rests on it
  stagedoor keys retire 3 --force                  at once, with what rests on it: the key has leaked
  stagedoor keys list --config /etc/stagedoor/stagedoor.toml")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Show the keys, and what rests on each
    ///
    /// No key itself is shown. The database is only read, beside a server that may be running.
    List,
    Rotate(rotate::Arguments),
    Retire(retire::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = check::configuration(Configuration::read_for_keys(&arguments.config))?;
    match &arguments.command {
        Command::List => list::run(&configuration),
        Command::Rotate(arguments) => rotate::run(&configuration, arguments),
        Command::Retire(retire) => retire::run(&configuration, retire, &arguments.config),
    }
}

/// What the APIs of the configuration do with keys of a purpose.
fn demand(configuration: &Configuration, purpose: Purpose) -> Demand {
    Demand::of(purpose, configuration.apis.iter().map(|api| api.token_format))
}

/// The key file; what is in an environment variable has none, and is only printed anew.
fn key_file<'a>(place: &'a KeyPlace, command: &str) -> Result<&'a Path, Failure> {
    match place {
        KeyPlace::File(path) => Ok(path),
        KeyPlace::Environment(name) => Err(Failure::usage(format!(
            "the keys are in ${name}, which this cannot change: `stagedoor keys {command} --print` prints what to put there"
        ))),
    }
}
