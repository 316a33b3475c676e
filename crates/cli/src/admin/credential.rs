//! `stagedoor admin credential`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::client::{Client, segment};
use super::{output, time};
use crate::failure::Failure;

const COLUMNS: [output::Column; 6] = [
    ("name", "NAME"),
    ("scope", "SCOPE"),
    ("created", "CREATED"),
    ("expires", "EXPIRES"),
    ("last_used", "LAST USED"),
    ("id", "ID"),
];

/// Credentials of programs that administer over the network
///
/// They are good for the admin API alone, which the server answers where `[admin]` `http` is true.
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin credential create deploy --scope read,write --expires 30d > credential
  stagedoor admin credential list
  stagedoor admin credential revoke deploy")]
pub(super) enum Command {
    /// Make a credential and print it: it is not shown again
    Create {
        /// What it is called, to tell it from others
        name: String,
        /// What it may do; with commas, where it is more than one thing
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<Scope>,
        /// A day such as 2027-01-31, or a span such as 30d; 90d where it is left out, 400d at most
        #[arg(long, value_name = "TIME", value_parser = time::to_come)]
        expires: Option<String>,
    },
    /// List all of them, without their texts
    List,
    /// End one at once
    Revoke {
        /// Its name, or its id
        credential: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Scope {
    /// See everything but secrets
    Read,
    /// Change everything
    Write,
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Create { name, scope, expires } => {
            let scope: Vec<_> = scope.iter().map(|scope| scope.as_str()).collect();
            let mut new = json!({ "name": name, "scope": scope.join(" ") });
            if let Some(expires) = expires {
                new["expires"] = expires.as_str().into();
            }
            let made = client.post("credentials", new)?;
            let expires = made["expires"].as_str().unwrap_or_default();
            let about = format!("The credential {name}, good until {expires}, which is not shown again:");
            output::once(client, &made, "credential", &about)
        }
        Command::List => output::list(client, "credentials", &[], None, &COLUMNS),
        Command::Revoke { credential } => {
            client.delete(&format!("credentials/{}", segment(credential)))?;
            output::done("The credential is revoked.");
            Ok(())
        }
    }
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}
