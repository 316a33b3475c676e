//! `stagedoor broker key`: what applications show on the broker's TCP port in the place of a token.

use clap::Subcommand;
use serde_json::json;
use stagedoor_client::broker::applications;
use stagedoor_client::clock::Clock;
use stagedoor_client::{CredentialName, Vault};
use stagedoor_wire::Timestamp;

use crate::failure::Failure;
use crate::{terminal, when};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a key for an application and print it, once
    #[command(after_help = "Examples:
  stagedoor broker key add player --for spotify > player.key
  stagedoor broker key add reports --for spotify --for bandcamp")]
    Add {
        /// What you call the application
        #[arg(value_parser = CredentialName::new)]
        app: CredentialName,
        /// The credentials it may use [default: all]
        #[arg(long = "for", value_name = "NAME", num_args = 1.., value_parser = CredentialName::new)]
        names: Vec<CredentialName>,
    },
    /// List the applications that have a key, and what for
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End an application's key, also in a broker that runs
    Remove {
        /// As `list` shows it
        app: String,
    },
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let folder = Vault::home()?;
    match command {
        Command::Add { app, names } => {
            let names = (!names.is_empty()).then(|| names.clone());
            let key = applications::add(&folder, app, names, Clock::machine().now().wall())?;
            if terminal::is_read() {
                eprintln!("The key of {app}, for the header X-Stagedoor-Key. It is shown this once:");
            }
            terminal::print(format!("{}\n", key.expose()).as_bytes())
        }
        Command::List { json } => {
            let listed = applications::list(&folder)?;
            let text = if *json { as_json(&listed) } else { as_text(&listed) };
            terminal::print(text.as_bytes())
        }
        Command::Remove { app } => {
            applications::remove(&folder, app)?;
            eprintln!("The key of {} is ended.", terminal::harmless(app));
            Ok(())
        }
    }
}

fn as_json(listed: &[applications::Application]) -> String {
    let tell = |known: &applications::Application| {
        let created = when::rfc3339(Timestamp::from_seconds(known.created));
        json!({"app": known.app, "for": known.names, "created": created})
    };
    format!("{:#}\n", json!(listed.iter().map(tell).collect::<Vec<_>>()))
}

fn as_text(listed: &[applications::Application]) -> String {
    if listed.is_empty() {
        return "No application has a key: stagedoor broker key add APP makes one.\n".to_owned();
    }
    let tell = |known: &applications::Application| {
        let names = known.names.as_ref().map_or("all credentials".to_owned(), |names| names.join(", "));
        format!("{}  for {names}, since {}\n", known.app, when::day(Timestamp::from_seconds(known.created)))
    };
    listed.iter().map(tell).collect()
}
