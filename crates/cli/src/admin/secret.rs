//! `stagedoor admin secret`.

use clap::Subcommand;
use serde_json::json;

use super::client::{self, Client, segment};
use super::{output, time};
use crate::failure::Failure;

const COLUMNS: [output::Column; 4] =
    [("name", "NAME"), ("created", "CREATED"), ("expires", "EXPIRES"), ("id", "ID")];

/// An app's secrets; several work at a time, so that they can be changed over
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin secret add catalogue/3f0c… --name blue --expires 365d > secret
  stagedoor admin secret list catalogue/3f0c…
  stagedoor admin secret remove catalogue/3f0c… 7311…")]
pub(super) enum Command {
    /// Add a secret and print it: it is not shown again
    Add {
        /// As API/CLIENT_ID
        app: String,
        /// What it is called, to tell it from others
        #[arg(long)]
        name: String,
        /// A day such as 2027-01-31, or a span such as 365d
        #[arg(long, value_name = "TIME", value_parser = time::to_come)]
        expires: Option<String>,
    },
    /// List an app's secrets, without their texts
    List {
        /// As API/CLIENT_ID
        app: String,
    },
    /// Remove a secret; what was won with it lives on, until the app is regenerated
    Remove {
        /// As API/CLIENT_ID
        app: String,
        /// As `list` shows it
        id: String,
    },
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    let path = |app: &str| client::app(app).map(|path| format!("{path}/secrets"));
    match command {
        Command::Add { app, name, expires } => {
            let secret = client.post(&path(app)?, json!({ "name": name, "expires": expires }))?;
            output::once(
                client,
                &secret,
                "secret",
                &format!("A new secret of {app}, which is not shown again:"),
            )
        }
        Command::List { app } => {
            // All of them come at once, so the list has no pages.
            let secrets = client.get(&path(app)?)?;
            let rows = secrets["items"].as_array().cloned().unwrap_or_default();
            output::rows(client, &rows, &COLUMNS)
        }
        Command::Remove { app, id } => {
            client.delete(&format!("{}/{}", path(app)?, segment(id)))?;
            output::done("The secret is removed.");
            Ok(())
        }
    }
}
