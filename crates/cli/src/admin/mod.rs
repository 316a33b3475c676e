//! `stagedoor admin`: people, teams and apps of the server that runs, through its socket.

mod account;
mod app;
mod audit;
pub(crate) mod client;
mod credential;
mod grant;
mod legacy_key;
mod output;
mod secret;
mod setup_link;
mod team;
mod time;

use std::path::PathBuf;

use clap::Subcommand;

use crate::failure::Failure;
use client::Client;

/// Administer the server that runs: accounts, teams, apps, secrets, grants and the audit log
///
/// It speaks to `stagedoor serve` through a Unix socket that the server's user and root alone can use. What it changes holds
/// at once, and every change leaves a line in the audit log.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor admin account create --administrator --email ada@example.com --name Ada
  stagedoor admin team create 'Night Owl Records' --kind label
  stagedoor admin app create --api catalogue --team 'Night Owl Records' --name Charts
  stagedoor admin app suspend catalogue/3f0c…                ends everything it was given, at once
  stagedoor admin audit --since 7d
  stagedoor admin setup-link                                 while there is no administrator

Accounts are named by e-mail, teams by name, apps as API/CLIENT_ID; ids do as well, where there are any. Secrets are printed
once, alone on stdout; everything else that is said of them goes to stderr.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The server's configuration, which says where the socket is
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml", global = true)]
    config: PathBuf,
    /// Print JSON: one object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    #[command(subcommand)]
    Account(account::Command),
    #[command(subcommand)]
    Team(team::Command),
    #[command(subcommand)]
    App(app::Command),
    #[command(subcommand)]
    Secret(secret::Command),
    #[command(subcommand)]
    LegacyKey(legacy_key::Command),
    #[command(subcommand)]
    Grant(grant::Command),
    #[command(subcommand)]
    Credential(credential::Command),
    Audit(audit::Arguments),
    SetupLink(setup_link::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let client = Client::new(&arguments.config, arguments.json)?;
    match &arguments.command {
        Command::Account(command) => account::run(&client, command),
        Command::Team(command) => team::run(&client, command),
        Command::App(command) => app::run(&client, command),
        Command::Secret(command) => secret::run(&client, command),
        Command::LegacyKey(command) => legacy_key::run(&client, command),
        Command::Grant(command) => grant::run(&client, command),
        Command::Credential(command) => credential::run(&client, command),
        Command::Audit(arguments) => audit::run(&client, arguments),
        Command::SetupLink(setup_link::Arguments {}) => setup_link::run(&client),
    }
}
