//! `stagedoor admin legacy-key`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::client::{self, Client, segment};
use super::{output, time};
use crate::failure::Failure;
use crate::secret;

const COLUMNS: [output::Column; 2] = [("id", "ID"), ("ends", "ENDS")];

/// Legacy keys: the deprecated pair of headers, and the way out of it
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin legacy-key add soundcharts/8d1f… --id label-1 --key-file old-key --ends 2027-06-30
  stagedoor admin legacy-key end soundcharts/8d1f… label-1 --at 2027-01-31
  stagedoor admin legacy-key remove soundcharts/8d1f… label-1")]
pub(super) enum Command {
    /// Add a pair and print its key: one made here, or taken over from an older system
    Add {
        /// As API/CLIENT_ID
        app: String,
        /// The text of the id header; made here where it is left out
        #[arg(long)]
        id: Option<String>,
        /// File with a key that exists already; - is stdin
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// A day such as 2027-01-31, or a span such as 90d
        #[arg(long, value_name = "TIME", value_parser = time::to_come)]
        ends: Option<String>,
    },
    /// List an app's pairs, without their keys
    List {
        /// As API/CLIENT_ID
        app: String,
    },
    /// Say when a pair stops working
    End {
        /// As API/CLIENT_ID
        app: String,
        /// The text of the id header
        id: String,
        /// A day such as 2027-01-31, or a span such as 90d; without it, not by itself
        #[arg(long, value_name = "TIME", value_parser = time::to_come)]
        at: Option<String>,
    },
    /// Remove a pair: it works no more
    Remove {
        /// As API/CLIENT_ID
        app: String,
        /// The text of the id header
        id: String,
    },
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    let path = |app: &str| client::app(app).map(|path| format!("{path}/legacy-keys"));
    match command {
        Command::Add { app, id, key_file, ends } => {
            let key = key_file.as_deref().map(secret::read).transpose()?;
            let body = json!({ "id": id, "key": key.as_ref().map(|key| key.expose()), "ends": ends });
            let added = client.post(&path(app)?, body)?;
            let id = added["id"].as_str().unwrap_or_default();
            output::once(
                client,
                &added,
                "key",
                &format!("Added {id} to {app}. Its key, which is not shown again:"),
            )
        }
        Command::List { app } => output::list(client, &path(app)?, &[], None, &COLUMNS),
        Command::End { app, id, at } => {
            let key = client.patch(&format!("{}/{}", path(app)?, segment(id)), json!({ "ends": at }))?;
            output::object(client, &key)
        }
        Command::Remove { app, id } => {
            client.delete(&format!("{}/{}", path(app)?, segment(id)))?;
            output::done(&format!("{id} works no more."));
            Ok(())
        }
    }
}
