//! `stagedoor admin audit`.

use super::client::Client;
use super::{output, time};
use crate::failure::Failure;

const COLUMNS: [output::Column; 6] = [
    ("at", "AT"),
    ("actor", "ACTOR"),
    ("origin", "BY WAY OF"),
    ("address", "FROM"),
    ("what", "WHAT"),
    ("subject", "SUBJECT"),
];

/// Read the audit log, the newest line first
///
/// Every change has a line: who made it, by which way and from where, and what it was about. Lines are kept for 400 days.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor admin audit --limit 20
  stagedoor admin audit --subject app:catalogue/3f0c…
  stagedoor admin audit --actor 'uid 1000' --since 7d --json")]
pub(super) struct Arguments {
    /// Lines of this one alone: an e-mail, a client id, or a user of this machine as 'uid 1000'
    #[arg(long)]
    actor: Option<String>,
    /// Lines about this alone: app:API/CLIENT_ID, team:NAME, account:EMAIL or grant:ID
    #[arg(long)]
    subject: Option<String>,
    /// From this time on: a day such as 2027-01-31, or as long ago as 7d
    #[arg(long, value_name = "TIME", value_parser = time::been)]
    since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = time::been)]
    until: Option<String>,
    /// So many lines at most
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

pub(super) fn run(client: &Client, arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { actor, subject, since, until, limit } = arguments;
    let query = [
        ("actor", actor.as_deref()),
        ("subject", subject.as_deref()),
        ("since", since.as_deref()),
        ("until", until.as_deref()),
    ];
    output::list(client, "audit", &query, limit.map(|limit| limit as usize), &COLUMNS)
}
