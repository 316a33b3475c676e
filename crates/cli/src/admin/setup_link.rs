//! `stagedoor admin setup-link`.

use super::client::Client;
use super::output;
use crate::failure::Failure;

/// Print the link that makes the first administrator
///
/// It is the one that `stagedoor init` printed, or the one that took its place when keys were retired or a backup was
/// restored. It works as long as no administrator can sign in, and is refused from then on.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor admin setup-link
  stagedoor admin setup-link --config /etc/stagedoor/stagedoor.toml")]
pub(super) struct Arguments {}

pub(super) fn run(client: &Client) -> Result<(), Failure> {
    let about =
        "Open this in a browser. It works once; until then, whoever has it can make the first administrator.";
    output::once(client, &client.get("setup-link")?, "link", about)
}
