//! `stagedoor export`: a server's state as a file that `apply` reads.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::state::State;
use crate::terminal;

/// Write a server's people, teams, apps and legacy keys as a file
///
/// `stagedoor apply` brings a server to what such a file says: this one, or another. Client secrets and passwords are never in it,
/// nor what was issued; legacy keys are, as hashes. Limits stand in the configuration. The same state gives the same text.
#[derive(clap::Args)]
#[command(after_help = "Exit codes:
  0  it is written to stdout
  1  it is not, and why is said
  2  wrong usage, or the configuration has mistakes

Examples:
  stagedoor export > state.toml
  stagedoor export --config /etc/stagedoor/stagedoor.toml | diff state.toml -")]
pub(crate) struct Arguments {
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml")]
    config: PathBuf,
}

/// Writes it to stdout.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    terminal::print(State::to_read(&arguments.config)?.export()?.as_bytes())
}
