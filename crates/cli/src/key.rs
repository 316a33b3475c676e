//! `stagedoor key`: where the key of the vault is kept.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use stagedoor_client::Vault;
use stagedoor_client::vault::{KeyPlace, NewKeyPlace};
use stagedoor_wire::Secret;

use crate::failure::{Exit, Failure};
use crate::{secret, terminal, vault, when};

/// Choose where the key of the vault is kept
///
/// Credentials are always encrypted. Their key is in a file beside them unless you choose otherwise: in the keychain of your
/// desktop, or under a passphrase, which is then asked for or unlocked for a while.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor key show
  stagedoor key keychain
  stagedoor key passphrase && stagedoor key unlock --for 28800
  stagedoor key file")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// File with the present passphrase, instead of a question; - is stdin
    #[arg(long, value_name = "FILE", global = true)]
    passphrase_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Say where the key is
    Show,
    /// Keep the key in a file beside the credentials
    File,
    /// Keep the key in the keychain of the desktop
    Keychain,
    /// Keep the key under a passphrase
    Passphrase {
        /// File with the new passphrase, instead of a question; - is stdin
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Let programs of yours use the key without the passphrase, from the kernel's memory
    Unlock {
        /// For so long
        #[arg(long = "for", value_name = "SECONDS", default_value_t = 3600)]
        seconds: u32,
    },
    /// End an unlock before its time
    Lock,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let opened = vault::open_with(arguments.passphrase_file.as_deref())?;
    match &arguments.command {
        Command::Show => {
            let text =
                format!("Credentials are in {};\n{}.\n", opened.folder().display(), vault::key(&opened));
            terminal::print(text.as_bytes())
        }
        Command::File => moved(&opened, NewKeyPlace::File),
        Command::Keychain => moved(&opened, NewKeyPlace::Keychain),
        Command::Passphrase { new_passphrase_file } => {
            let passphrase = new_passphrase(new_passphrase_file.as_deref())?;
            moved(&opened, NewKeyPlace::Passphrase(&passphrase))
        }
        Command::Unlock { seconds } => unlock(&opened, *seconds),
        Command::Lock => {
            opened.forget_key();
            eprintln!("Locked.");
            Ok(())
        }
    }
}

fn moved(opened: &Vault, to: NewKeyPlace<'_>) -> Result<(), Failure> {
    let opened = opened.move_key(to)?;
    eprintln!("Done: {}.", vault::key(&opened));
    Ok(())
}

fn unlock(opened: &Vault, seconds: u32) -> Result<(), Failure> {
    if opened.key_place() != KeyPlace::Passphrase {
        eprintln!("Nothing to unlock: {}.", vault::key(opened));
        return Ok(());
    }
    opened.keep_key(seconds)?;
    eprintln!("Unlocked for {}; `stagedoor key lock` ends it.", when::span(seconds));
    Ok(())
}

fn new_passphrase(file: Option<&Path>) -> Result<Secret, Failure> {
    if let Some(file) = file {
        return secret::read(file);
    }
    if !terminal::can_ask() {
        return Err(Failure::usage(
            "the new passphrase is needed: --new-passphrase-file FILE, or - for stdin",
        ));
    }
    let passphrase = terminal::ask_secret("New passphrase")?;
    if passphrase.expose().is_empty() {
        return Err(Failure::usage("a passphrase of no letters protects nothing"));
    }
    if !terminal::ask_secret("The same again")?.ct_eq(&passphrase) {
        return Err(Failure::new(Exit::Other, "the two differ; nothing was changed"));
    }
    Ok(passphrase)
}
