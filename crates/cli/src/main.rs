//! The `stagedoor` command: one file or folder per command.

mod admin;
mod apply;
mod backup;
mod broker;
mod call;
mod check;
mod completions;
mod curl;
mod dev;
mod doctor;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod edges;
mod export;
mod failure;
mod init;
mod key;
mod keys;
mod log;
mod login;
mod logout;
mod manual;
mod provider;
mod restore;
mod secret;
mod serve;
mod state;
mod status;
mod terminal;
mod token;
mod vault;
mod when;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Get, keep and renew tokens of Bandcamp, Spotify, Spotify Ads and Soundcharts, or of any OAuth server
///
/// `stagedoor dev` runs all four on this machine instead.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = format!("{EXAMPLES}\n\n{}", failure::EXIT_CODES))]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  stagedoor login spotify --user                 allow it in a browser, keep the tokens encrypted
  stagedoor token spotify                        print a live token
  stagedoor call spotify /v1/me                  call the API with it
  stagedoor status                               who, until when, and what needs you
  stagedoor dev                                  the four APIs on this machine

Credentials are kept in $STAGEDOOR_HOME, else in $XDG_DATA_HOME/stagedoor, else in ~/.local/share/stagedoor.";

#[derive(Subcommand)]
enum Command {
    Login(login::Arguments),
    Token(token::Arguments),
    Call(call::Arguments),
    Curl(curl::Arguments),
    Broker(broker::Arguments),
    Status(status::Arguments),
    Logout(logout::Arguments),
    Doctor(doctor::Arguments),
    Provider(provider::Arguments),
    Key(key::Arguments),
    Dev(dev::Arguments),
    Init(init::Arguments),
    Check(check::Arguments),
    Keys(keys::Arguments),
    Serve(serve::Arguments),
    Export(export::Arguments),
    Apply(apply::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Admin(admin::Arguments),
    Completions(completions::Arguments),
    Manual(manual::Arguments),
}

fn main() -> ExitCode {
    // To describe all commands and their options takes longer than to read a token.
    if let Some(plain) = token::Arguments::plain(std::env::args_os().skip(1)) {
        return ended(token::run(&plain));
    }
    ended(run(Arguments::parse().command))
}

fn run(command: Command) -> Result<(), failure::Failure> {
    match command {
        Command::Login(arguments) => login::run(&arguments),
        Command::Token(arguments) => token::run(&arguments),
        Command::Call(arguments) => call::run(&arguments),
        Command::Curl(arguments) => curl::run(&arguments),
        Command::Broker(arguments) => broker::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Logout(arguments) => logout::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Provider(arguments) => provider::run(&arguments),
        Command::Key(arguments) => key::run(&arguments),
        Command::Dev(arguments) => dev::run(arguments).map_err(failure::Failure::from),
        Command::Init(arguments) => init::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Admin(arguments) => admin::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Manual(arguments) => manual::run(&arguments),
    }
}

fn ended(outcome: Result<(), failure::Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
