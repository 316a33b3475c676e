//! `stagedoor init`: a configuration and keys to begin with.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::setup;
use stagedoor_server::config::TEMPLATE;
use stagedoor_server::{Clock, SETUP_PATH, entropy};
use stagedoor_wire::Secret;

use crate::failure::Failure;
use crate::terminal;

/// How the server of the configuration that is written is reached.
const ORIGIN: &str = "http://127.0.0.1:8080";

/// Write a configuration and a key file for a server of your own
///
/// The configuration is commented, and serves one API on this machine's own address.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor init                       in this folder
  stagedoor init --dir /etc/stagedoor  in another one, which is made where there is none")]
pub(crate) struct Arguments {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// Writes both files, or none where one of them exists.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = &arguments.dir;
    let (configuration, keys) = (folder.join("stagedoor.toml"), folder.join("stagedoor.key"));
    make_folder(folder)?;
    refuse_what_exists(&[&configuration, &keys, &folder.join("stagedoor.db")])?;
    let now = Clock::default().now();
    let text = KeyRing::generate(now, &mut entropy::rng());
    let ring = KeyRing::parse(&text).context("the new keys cannot be read")?;
    write(&keys, 0o600, &text)?;
    write(&configuration, 0o644, TEMPLATE)?;
    terminal::print(next(&configuration, &keys, &setup::code(&ring, 0, now)).as_bytes())
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// A new key file would make a database that exists worth nothing.
fn refuse_what_exists(paths: &[&Path]) -> anyhow::Result<()> {
    match paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        Some(path) => {
            bail!("{} exists already, and is not overwritten: choose another --dir", path.display())
        }
        None => Ok(()),
    }
}

fn write(path: &Path, mode: u32, text: &str) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    match written {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} exists already, and is not overwritten: choose another --dir", path.display())
        }
        written => written.with_context(|| format!("cannot write {}", path.display())),
    }
}

fn next(configuration: &Path, keys: &Path, code: &Secret) -> String {
    let (configuration, keys, code) = (configuration.display(), keys.display(), code.expose());
    format!(
        "Written: {configuration} and {keys}

Next:
  1. Say in {configuration} which API stands behind: [[api]], `upstream`.
  2. stagedoor check --config {configuration}
  3. stagedoor serve --config {configuration}
  4. Make the first administrator, in a browser by this link, which works once:
       {ORIGIN}{SETUP_PATH}?code={code}
     (`stagedoor admin setup-link` prints it again) or without one:
       stagedoor admin --config {configuration} account create --administrator --email YOU@EXAMPLE.COM --name YOU

Keep a copy of {keys}, apart from the database: without it nothing that was issued works any more.
"
    )
}
