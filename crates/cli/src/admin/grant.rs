//! `stagedoor admin grant`.

use clap::Subcommand;

use super::client::{self, Client, segment};
use super::output;
use crate::failure::Failure;

const COLUMNS: [output::Column; 6] = [
    ("id", "ID"),
    ("app", "APP"),
    ("account", "ACCOUNT"),
    ("scopes", "SCOPES"),
    ("authorized", "AUTHORIZED"),
    ("ends", "ENDS"),
];

/// Grants: what a person's consent, or an app's own request, started
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin grant list --account fan@example.com
  stagedoor admin grant revoke 7311…
  stagedoor admin grant revoke --app catalogue/3f0c… --account fan@example.com")]
pub(super) enum Command {
    /// List those that are alive
    List {
        /// As API/CLIENT_ID
        #[arg(long)]
        app: Option<String>,
        /// The person: their e-mail, or the id of their account
        #[arg(long)]
        account: Option<String>,
    },
    /// Show one
    Show {
        /// As `list` shows it
        id: String,
    },
    /// End one, or all of a person for an app together with the consent
    Revoke {
        /// As `list` shows it
        #[arg(required_unless_present = "app")]
        id: Option<String>,
        /// As API/CLIENT_ID
        #[arg(long, conflicts_with = "id", requires = "account")]
        app: Option<String>,
        /// The person: their e-mail, or the id of their account
        #[arg(long, requires = "app")]
        account: Option<String>,
    },
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { app, account } => {
            let query = [("app", app.as_deref()), ("account", account.as_deref())];
            output::list(client, "grants", &query, None, &COLUMNS)
        }
        Command::Show { id } => output::object(client, &client.get(&format!("grants/{}", segment(id)))?),
        Command::Revoke { id: Some(id), .. } => {
            client.delete(&format!("grants/{}", segment(id)))?;
            output::done(&format!("Grant {id} and its tokens have ended."));
            Ok(())
        }
        Command::Revoke { app, account, .. } => {
            let (app, account) = (app.as_deref().unwrap_or_default(), account.as_deref().unwrap_or_default());
            client::app(app)?;
            client.delete(&format!("grants?app={}&account={}", segment(app), segment(account)))?;
            output::done(&format!("Everything {account} allowed {app} has ended."));
            Ok(())
        }
    }
}
