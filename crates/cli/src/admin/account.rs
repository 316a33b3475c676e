//! `stagedoor admin account`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use stagedoor_wire::Secret;

use super::client::{Client, segment};
use super::output;
use crate::failure::{Exit, Failure};
use crate::{secret, terminal};

const COLUMNS: [output::Column; 6] = [
    ("email", "EMAIL"),
    ("name", "NAME"),
    ("administrator", "ADMINISTRATOR"),
    ("suspended", "SUSPENDED"),
    ("created", "CREATED"),
    ("id", "ID"),
];

/// People who sign in
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin account create --administrator --email ada@example.com --name Ada
  stagedoor admin account create --email fan@example.com --name Fan --password-file - < password
  stagedoor admin account invite dana@example.com
  stagedoor admin account suspend fan@example.com

A password is never an argument, which every program of the machine could read: it is asked for, or comes from a file.")]
pub(super) enum Command {
    /// Make an account
    Create {
        /// What they sign in with
        #[arg(long)]
        email: String,
        /// What they are called
        #[arg(long)]
        name: String,
        /// Let it administer the server
        #[arg(long)]
        administrator: bool,
        /// File with the password, instead of a question; - is stdin
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Invite someone to make one; prints the link, which works once, for a week
    Invite {
        /// Of who is invited
        email: String,
    },
    /// List all accounts
    List,
    /// Show one, with its teams
    Show {
        /// Its e-mail, or its id
        account: String,
    },
    /// Change its name, or whether it administers the server
    Change {
        /// Its e-mail, or its id
        account: String,
        /// What they are called
        #[arg(long)]
        name: Option<String>,
        /// Whether it administers the server
        #[arg(long, value_name = "true|false")]
        administrator: Option<bool>,
    },
    /// Set its password; everything issued to it ends
    Password {
        /// Its e-mail, or its id
        account: String,
        /// File with the password, instead of a question; - is stdin
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Keep it out: its sessions, grants and tokens end at once, and it cannot sign in
    Suspend {
        /// Its e-mail, or its id
        account: String,
    },
    /// Let it sign in again
    Resume {
        /// Its e-mail, or its id
        account: String,
    },
    /// End all its sessions, grants and tokens
    SignOut {
        /// Its e-mail, or its id
        account: String,
    },
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    let path = |account: &str| format!("accounts/{}", segment(account));
    match command {
        Command::Create { email, name, administrator, password_file } => {
            let password = password(password_file.as_deref())?;
            let body = json!({
                "email": email, "name": name, "administrator": administrator, "password": password.expose(),
            });
            output::object(client, &client.post("accounts", body)?)
        }
        Command::Invite { email } => {
            let invited = client.post("account-invitations", json!({ "email": email }))?;
            let about = match invited["mailed"] == true {
                true => "They were written to as well. Whoever holds the link is taken for them.",
                false => "Send it to them. Whoever holds the link is taken for them.",
            };
            output::once(client, &invited, "link", about)
        }
        Command::List => output::list(client, "accounts", &[], None, &COLUMNS),
        Command::Show { account } => output::object(client, &client.get(&path(account))?),
        Command::Change { account, name, administrator } => {
            let body = output::given([
                ("name", name.as_ref().map(|name| json!(name))),
                ("administrator", administrator.map(|administrator| json!(administrator))),
            ])?;
            output::object(client, &client.patch(&path(account), body)?)
        }
        Command::Password { account, password_file } => {
            // Nobody types a password twice for an account that does not exist.
            client.get(&path(account))?;
            let password = password(password_file.as_deref())?;
            client.patch(&path(account), json!({ "password": password.expose() }))?;
            output::done(&format!(
                "The password of {account} is set, and everything issued to it has ended."
            ));
            Ok(())
        }
        Command::Suspend { account } => {
            client.post(&format!("{}/suspend", path(account)), json!({}))?;
            output::done(&format!("{account} is kept out, and everything issued to it has ended."));
            Ok(())
        }
        Command::Resume { account } => {
            client.post(&format!("{}/resume", path(account)), json!({}))?;
            output::done(&format!("{account} may sign in again."));
            Ok(())
        }
        Command::SignOut { account } => {
            client.post(&format!("{}/sign-out", path(account)), json!({}))?;
            output::done(&format!("All sessions, grants and tokens of {account} have ended."));
            Ok(())
        }
    }
}

fn password(file: Option<&Path>) -> Result<Secret, Failure> {
    if let Some(file) = file {
        return secret::read(file);
    }
    if !terminal::can_ask() {
        return Err(Failure::usage("the password is needed: --password-file FILE, or - for stdin"));
    }
    let password = terminal::ask_secret("Password, at least 10 characters")?;
    if !terminal::ask_secret("The same again")?.ct_eq(&password) {
        return Err(Failure::new(Exit::Other, "the two differ; nothing was changed"));
    }
    Ok(password)
}
