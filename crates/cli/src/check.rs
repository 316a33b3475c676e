//! `stagedoor check`: whether a configuration can be served, without starting.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use stagedoor_server::Clock;
use stagedoor_server::config::{Configuration, ConfigurationError};

use crate::failure::Failure;
use crate::terminal;

/// Find mistakes in a server's configuration, without starting it
///
/// The files it names are checked too: dialects, keys, certificates. Each mistake is told with its line and its cure. What can be
/// served and will still go wrong, such as a certificate that has expired, is told as a warning.
#[derive(clap::Args)]
#[command(after_help = "Exit codes:
  0  it can be served
  2  it cannot, and all mistakes are listed

Examples:
  stagedoor check
  stagedoor check --config /etc/stagedoor/stagedoor.toml")]
pub(crate) struct Arguments {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml")]
    config: PathBuf,
}

/// Says "ok" and what it would be.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = read(&arguments.config)?;
    terminal::print(format!("ok\n{}", summary(&configuration)).as_bytes())
}

/// A configuration without mistakes.
pub(crate) fn read(path: &Path) -> Result<Configuration, Failure> {
    configuration(Configuration::read(path))
}

/// What was read, or all its mistakes.
pub(crate) fn configuration(
    read: Result<Configuration, ConfigurationError>,
) -> Result<Configuration, Failure> {
    read.map_err(|error| match error {
        ConfigurationError::Mistakes(_) => {
            Failure::usage(format!("the configuration cannot be served:\n{error}"))
        }
        ConfigurationError::Unreadable { .. } => Failure::usage(error.to_string()),
    })
}

fn summary(configuration: &Configuration) -> String {
    let server = &configuration.server;
    let origin = server.origin(server.listen[0]);
    let addresses: Vec<_> = server.listen.iter().map(ToString::to_string).collect();
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<9} {value}");
    };
    line("listens", &addresses.join(", "));
    line("database", &configuration.database.display().to_string());
    line("keys", &configuration.keys.place.to_string());
    for api in &configuration.apis {
        let (reached, path) = (api.origin(&origin), &api.path);
        let title = &api.dialect.title;
        line("api", &format!("{}: {reached}{path} to {} ({title})", api.name, api.upstream.url));
    }
    for warning in configuration.warnings(Clock::default().now()) {
        line("warning", &warning);
    }
    text
}
