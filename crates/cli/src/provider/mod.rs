//! `stagedoor provider`: which providers there are, and files of one's own.

mod own;
mod show;

use std::path::PathBuf;

use clap::Subcommand;
use stagedoor_client::Vault;
use stagedoor_client::provider::find_dialect;
use stagedoor_wire::Dialect;

use crate::failure::{Exit, Failure};
use crate::{terminal, vault};

pub(crate) use own::names as own_names;

/// List providers, and add your own
///
/// A provider is a dialect file: what differs between one OAuth server and another, as data. Four music APIs and plain RFCs are
/// built in.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor provider list
  stagedoor provider show bandcamp
  stagedoor provider add jukebox.toml && stagedoor login jukebox
  stagedoor provider remove jukebox")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List built-in providers and your own
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a provider offers and what its login needs
    Show {
        /// As `stagedoor provider list` shows it
        name: String,
    },
    /// Check a dialect file and keep a copy of it
    Add {
        /// The dialect file
        file: PathBuf,
        /// Put it in the place of one of the same name
        #[arg(long)]
        replace: bool,
    },
    /// Remove a dialect file of your own that no credential uses
    Remove {
        /// As `stagedoor provider list` shows it
        name: String,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::List { json } => list(*json),
        Command::Show { name } => {
            let dialect = find_dialect(name, &Vault::home()?)?;
            terminal::print(show::whole(&dialect, own::file(&Vault::home()?, name).as_deref()).as_bytes())
        }
        Command::Add { file, replace } => {
            let name = own::add(&Vault::home()?, file, *replace)?;
            eprintln!("Added. Sign in: stagedoor login {name}");
            Ok(())
        }
        Command::Remove { name } => remove(name),
    }
}

fn list(json: bool) -> Result<(), Failure> {
    let mut all: Vec<(Dialect, bool)> = Dialect::all_built_in().map(|dialect| (dialect, false)).collect();
    for name in own::names(&Vault::home()?)? {
        match find_dialect(&name, &Vault::home()?) {
            Ok(dialect) => all.push((dialect, true)),
            Err(error) => eprintln!("stagedoor: warning: {error}"),
        }
    }
    let text = if json { show::json(&all) } else { show::table(&all) };
    terminal::print(text.as_bytes())
}

fn remove(name: &str) -> Result<(), Failure> {
    if Dialect::built_in(name).is_some() {
        return Err(Failure::usage(format!("{name} is built in and cannot be removed")));
    }
    let vault = vault::open()?;
    let mut users = Vec::new();
    for credential in vault.names()? {
        if vault.read(&credential)?.is_some_and(|found| found.provider.dialect == name) {
            users.push(credential.to_string());
        }
    }
    if !users.is_empty() {
        let text =
            format!("{name} is used by {}: log out of these first, stagedoor logout NAME", users.join(", "));
        return Err(Failure::new(Exit::Other, text));
    }
    own::remove(vault.folder(), name)?;
    eprintln!("Removed.");
    Ok(())
}
