//! `stagedoor key`: where the key of the vault is kept.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use stagedoor_client::Vault;
use stagedoor_client::vault::{KeyPlace, NewKeyPlace, VaultError};
use stagedoor_wire::Secret;

use crate::failure::{Exit, Failure};
use crate::{secret, terminal, vault, when};

/// Choose where the key of the vault is kept
///
/// Credentials are always encrypted. Their key is in a file beside them unless you choose otherwise: in the keychain of your
/// desktop, or under a passphrase, which is then asked for or unlocked for a while. The keys of a server are others:
/// `stagedoor keys`.
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
    let file = arguments.passphrase_file.as_deref();
    match &arguments.command {
        Command::Show => show(file),
        Command::File => moved(&open_to_move(file)?, NewKeyPlace::File),
        Command::Keychain => moved(&open_to_move(file)?, NewKeyPlace::Keychain),
        Command::Passphrase { new_passphrase_file } => {
            let opened = open_to_move(file)?;
            let passphrase = new_passphrase(new_passphrase_file.as_deref())?;
            moved(&opened, NewKeyPlace::Passphrase(&passphrase))
        }
        Command::Unlock { seconds } => unlock(&open(file)?, *seconds),
        Command::Lock => {
            open(file)?.forget_key();
            eprintln!("Locked.");
            Ok(())
        }
    }
}

/// Opens the vault. A passphrase that is given is checked, unlocked or not.
fn open(passphrase_file: Option<&Path>) -> Result<Vault, Failure> {
    match passphrase_file {
        Some(file) => Ok(Vault::unlock(&Vault::home()?, &secret::read(file)?)?),
        None => vault::open(),
    }
}

/// The same, with the present passphrase in any case: an unlock lends the key, and does not let go of its passphrase.
fn open_to_move(passphrase_file: Option<&Path>) -> Result<Vault, Failure> {
    let home = Vault::home()?;
    let is_lent = Vault::open(&home).is_ok_and(|opened| opened.key_place() == KeyPlace::Passphrase);
    if passphrase_file.is_some() || !is_lent {
        return open(passphrase_file);
    }
    if !terminal::can_ask() {
        let why = "the present passphrase is needed, unlocked or not: --passphrase-file FILE, or - for stdin";
        return Err(Failure::new(Exit::Vault, why));
    }
    let passphrase = terminal::ask_secret(&format!("Present passphrase of {}", home.display()))?;
    Ok(Vault::unlock(&home, &passphrase)?)
}

/// Says where the key is, which needs no key.
fn show(passphrase_file: Option<&Path>) -> Result<(), Failure> {
    let home = Vault::home()?;
    let opened = match (passphrase_file, Vault::open(&home)) {
        (None, Err(VaultError::PassphraseNeeded(_))) => None,
        (None, opened) => Some(opened?),
        (file, _) => Some(open(file)?),
    };
    let key = opened.as_ref().map_or("the key is under a passphrase, and locked", vault::key);
    terminal::print(format!("Credentials are in {};\n{key}.\n", home.display()).as_bytes())
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
