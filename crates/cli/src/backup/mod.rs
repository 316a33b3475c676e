//! `stagedoor backup`: all of the database in one file, while the server runs or not.

pub(crate) mod progress;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use stagedoor_server::Clock;
use stagedoor_server::config::{Configuration, KeyPlace};
use stagedoor_store::backup::{self, BackupError};

use crate::failure::{Exit, Failure};
use crate::{check, terminal};

/// Write all of a server's database to one file, while it runs
///
/// The server is not held up, and the file holds one moment. The keys are not in it: keep a copy of the key file apart from
/// it. `stagedoor restore` puts a backup in place.
#[derive(clap::Args)]
#[command(after_help = "Exit codes:
  0  it is written, and on the disk
  1  it is not, and why is said
  2  wrong usage, or the configuration has mistakes

Examples:
  stagedoor backup /backup/stagedoor-today.db
  stagedoor backup --force /backup/stagedoor.db                     in place of the backup before
  stagedoor backup --config /etc/stagedoor/stagedoor.toml today.db")]
pub(crate) struct Arguments {
    /// The file to write; its owner alone can read it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace a backup of that name
    #[arg(long)]
    force: bool,
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml")]
    config: PathBuf,
}

/// Writes it, and says what is not in it.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = check::read(&arguments.config)?;
    let (database, file, force) = (configuration.database.clone(), arguments.file.clone(), arguments.force);
    let keys = configuration.keys.ring.fingerprints();
    let now = Clock::default().now();
    let taken = progress::watched(move |on| backup::take(&database, &file, force, keys, now, on))?
        .map_err(|error| failure(&error))?;
    terminal::print(told(&arguments.file, taken.bytes, &configuration).as_bytes())
}

fn told(file: &Path, bytes: u64, configuration: &Configuration) -> String {
    let place = &configuration.keys.place;
    let keys = match place {
        KeyPlace::File(_) => format!("The keys in {place} are not in it. Keep a copy of that file"),
        KeyPlace::Environment(_) => format!("The keys in {place} are not in it. Keep a copy of them"),
    };
    format!(
        "Written: {} ({})\n\n{keys} apart from the backup: without the keys it is worth\nnothing, and whoever has both \
         can make tokens.\n",
        file.display(),
        progress::size(bytes)
    )
}

/// With what helps.
fn failure(error: &BackupError) -> Failure {
    let cure = match error {
        BackupError::Exists(_) => ": name another file, or add --force",
        BackupError::File { doing: "write", error, .. } => match error.kind() {
            ErrorKind::NotFound => ": make its folder first, or name a file in one that is there",
            ErrorKind::PermissionDenied => ": name a file in a folder that this user may write to",
            _ => "",
        },
        _ => "",
    };
    Failure::new(Exit::Other, format!("{error}{cure}"))
}
