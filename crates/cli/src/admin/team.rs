//! `stagedoor admin team`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::client::{Client, segment};
use super::output;
use crate::failure::Failure;

const COLUMNS: [output::Column; 4] =
    [("name", "NAME"), ("kind", "KIND"), ("created", "CREATED"), ("id", "ID")];
const MEMBERS: [output::Column; 4] =
    [("email", "EMAIL"), ("name", "NAME"), ("role", "ROLE"), ("account", "ID")];

/// Teams, which own apps
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin team create 'Night Owl Records' --kind label
  stagedoor admin team member 'Night Owl Records' ada@example.com --role owner
  stagedoor admin team members 'Night Owl Records'")]
pub(super) enum Command {
    /// Make a team
    Create {
        /// What it is called
        name: String,
        /// What it is
        #[arg(long)]
        kind: Kind,
    },
    /// List all teams
    List,
    /// Show one
    Show {
        /// Its name, or its id
        team: String,
    },
    /// Change its name or kind
    Change {
        /// Its name, or its id
        team: String,
        /// What it is called
        #[arg(long)]
        name: Option<String>,
        /// What it is
        #[arg(long)]
        kind: Option<Kind>,
    },
    /// List its members
    Members {
        /// Its name, or its id
        team: String,
    },
    /// Make a person a member, or give them another role
    Member {
        /// Its name, or its id
        team: String,
        /// The person: their e-mail, or the id of their account
        account: String,
        /// What they may do
        #[arg(long)]
        role: Role,
    },
    /// End a membership
    RemoveMember {
        /// Its name, or its id
        team: String,
        /// The person: their e-mail, or the id of their account
        account: String,
    },
}

#[derive(Clone, Copy, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Label,
    Band,
    Partner,
    Company,
}

#[derive(Clone, Copy, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    /// Everything, members included
    Owner,
    /// Everything about apps
    Developer,
    /// Look
    Viewer,
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    let path = |team: &str| format!("teams/{}", segment(team));
    match command {
        Command::Create { name, kind } => {
            output::object(client, &client.post("teams", json!({ "name": name, "kind": kind }))?)
        }
        Command::List => output::list(client, "teams", &[], None, &COLUMNS),
        Command::Show { team } => output::object(client, &client.get(&path(team))?),
        Command::Change { team, name, kind } => {
            let (name, kind) = (name.as_ref().map(|name| json!(name)), kind.map(|kind| json!(kind)));
            let body = output::given([("name", name), ("kind", kind)])?;
            output::object(client, &client.patch(&path(team), body)?)
        }
        Command::Members { team } => {
            output::list(client, &format!("{}/members", path(team)), &[], None, &MEMBERS)
        }
        Command::Member { team, account, role } => {
            client.put(&format!("{}/members/{}", path(team), segment(account)), json!({ "role": role }))?;
            output::done(&format!("{account} is a member of {team}."));
            Ok(())
        }
        Command::RemoveMember { team, account } => {
            client.delete(&format!("{}/members/{}", path(team), segment(account)))?;
            let members = client.get(&format!("{}/members?limit=1000", path(team)))?;
            let has_owner =
                members["items"].as_array().is_some_and(|all| all.iter().any(|own| own["role"] == "owner"));
            let next = if has_owner {
                ""
            } else {
                " The team has no owner now: `stagedoor admin team member` makes one."
            };
            output::done(&format!("Removed {account} from {team}.{next}"));
            Ok(())
        }
    }
}
