//! `stagedoor restore`: a backup in place of the database. What was issued since it was taken ends.

mod json;
mod text;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_store::backup::{BackupError, BackupFile, Contents, KeyUse, Restored};
use stagedoor_wire::Timestamp;

use crate::backup::progress::watched;
use crate::failure::{Exit, Failure};
use crate::serve::lock;
use crate::{check, terminal, when};

/// Put a backup in place of a server's database
///
/// Where a database is there, it says without --yes what would happen, and changes nothing. With --yes, for which the server has
/// to be stopped, it does it, and keeps the former database under another name. Every access token, code and sign-in ends; grants and their refresh
/// tokens live on, and those that may have been used or revoked since the backup are listed.
#[derive(clap::Args)]
#[command(after_help = "Exit codes:
  0  it is in place, or without --yes it was shown
  1  nothing was changed, and why is said
  2  wrong usage, or the configuration has mistakes

Examples:
  stagedoor restore /backup/stagedoor-today.db        look first
  stagedoor restore --yes /backup/stagedoor-today.db
  stagedoor restore --json --list 0 today.db          for programs: counts alone")]
pub(crate) struct Arguments {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the database that is there
    #[arg(long)]
    yes: bool,
    /// Restore although the keys it rests on are not there
    #[arg(long)]
    without_keys: bool,
    /// How many of the grants at risk are listed, those used last first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    list: u32,
    /// Say it in JSON, for programs
    #[arg(long)]
    json: bool,
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml")]
    config: PathBuf,
}

/// What is known before anything is changed.
struct Plan {
    file: PathBuf,
    database: PathBuf,
    /// What the database that is there will be called.
    former: Option<PathBuf>,
    contents: Contents,
    now: Timestamp,
}

/// Shows the plan, and carries it out where that is asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = check::read(&arguments.config)?;
    let database = &configuration.database;
    refuse_foreign_folder(database)?;
    let acts = arguments.yes || !database.exists();
    let _lock = acts.then(|| lock::take(database)).transpose()?;
    let now = Clock::default().now();
    let (backup, contents) = inspect(&arguments.file, arguments.list)?;
    if !arguments.without_keys {
        refuse_without_keys(&backup, &configuration)?;
    }
    let former = former_name(database, now);
    let plan = Plan {
        file: arguments.file.clone(),
        database: database.clone(),
        former: database.exists().then(|| former.clone()),
        contents,
        now,
    };
    if !acts {
        let shown = if arguments.json { json::of(&plan, None) } else { text::plan(&plan) };
        return terminal::print(shown.as_bytes());
    }
    let database = database.clone();
    let restored: Restored =
        watched(move |on| backup.restore(&database, &former, now, on))?.map_err(|error| failure(&error))?;
    let shown = if arguments.json { json::of(&plan, Some(&restored)) } else { text::done(&plan) };
    terminal::print(shown.as_bytes())
}

fn inspect(file: &Path, listed: u32) -> Result<(BackupFile, Contents), Failure> {
    let file = file.to_owned();
    let inspected = watched(move |on| {
        let backup = BackupFile::open(&file)?;
        backup.check(on)?;
        let contents = backup.contents(listed)?;
        Ok((backup, contents))
    })?;
    inspected.map_err(|error| failure(&error))
}

/// With what helps.
fn failure(error: &BackupError) -> Failure {
    let text = match error {
        BackupError::ClockBehind { newest } => {
            format!("{error}. There are entries of {} in it", when::rfc3339(*newest))
        }
        _ => error.to_string(),
    };
    Failure::new(Exit::Other, text)
}

/// Without its keys a database is worth nothing, and a new key file looks like the old one.
fn refuse_without_keys(backup: &BackupFile, configuration: &Configuration) -> Result<(), Failure> {
    let missing =
        backup.missing_keys(&configuration.keys.ring.fingerprints()).map_err(|error| failure(&error))?;
    if missing.is_empty() {
        return Ok(());
    }
    let key = |used: &KeyUse| format!("key {} ({} rows)", used.id.0, used.rows);
    let keys = missing.iter().map(key).collect::<Vec<_>>().join(", ");
    Err(Failure::new(
        Exit::Other,
        format!(
            "{} is not the key file that the backup rests on; it lacks {keys}: put the copy of that time in its place, or add \
             --without-keys, and the secrets, legacy keys and refresh tokens that rest on them are worth nothing",
            configuration.keys.place
        ),
    ))
}

/// The superuser's files would keep the server's own user out.
fn refuse_foreign_folder(database: &Path) -> anyhow::Result<()> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let owner = folder.metadata().with_context(|| format!("cannot read {}", folder.display()))?.uid();
    let own = rustix::process::geteuid();
    ensure!(
        !own.is_root() || owner == 0,
        "{} belongs to user {owner}: run this as that user, such as by sudo -u '#{owner}', so that the server can use what it \
         writes",
        folder.display()
    );
    Ok(())
}

fn former_name(database: &Path, now: Timestamp) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(format!(".before-restore-{}", when::compact(now)));
    database.with_file_name(name)
}
