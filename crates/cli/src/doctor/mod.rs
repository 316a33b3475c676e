//! `stagedoor doctor`: what could keep a token from being had, looked at one by one.

mod network;
mod redirect;
mod vault;

use stagedoor_client::Vault;

use crate::failure::{Exit, Failure};
use crate::terminal;

/// Look for what is wrong, and say how to mend it
///
/// Looks at the vault's permissions and key, every credential, the clock, the ports that sign-ins answer on, and whether each
/// provider can be reached. Nothing is changed and no token is sent.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor doctor
  stagedoor doctor --offline

Exit codes:
  0  nothing is wrong; warnings may be
  1  something is wrong
  5  a provider cannot be reached
  6  the vault is locked, damaged or unsafe")]
pub(crate) struct Arguments {
    /// Ask no provider
    #[arg(long)]
    offline: bool,
    /// Give a provider up after so long
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    max_wait: u32,
}

/// What one look found.
struct Finding {
    level: Level,
    text: String,
    cure: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail(Exit),
}

impl Finding {
    fn ok(text: impl Into<String>) -> Self {
        Self { level: Level::Ok, text: text.into(), cure: None }
    }

    fn warn(text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { level: Level::Warn, text: text.into(), cure: Some(cure.into()) }
    }

    fn fail(exit: Exit, text: impl Into<String>, cure: Option<String>) -> Self {
        Self { level: Level::Fail(exit), text: text.into(), cure }
    }

    fn print(&self) -> Result<(), Failure> {
        let (word, colour) = match self.level {
            Level::Ok => ("ok  ", "\x1b[32m"),
            Level::Warn => ("warn", "\x1b[33m"),
            Level::Fail(_) => ("fail", "\x1b[31m"),
        };
        let word = if terminal::is_coloured() { format!("{colour}{word}\x1b[m") } else { word.to_owned() };
        let mut line = format!("{word}  {}\n", terminal::harmless(&self.text));
        if let Some(cure) = &self.cure {
            line.push_str(&format!("      -> {}\n", terminal::harmless(cure)));
        }
        terminal::print(line.as_bytes())
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut report = Report::default();
    let opened = vault::open();
    report.tell(vault::opened(&opened))?;
    if let Ok(vault) = &opened {
        look_further(arguments, vault, &mut report)?;
    }
    match report.gravest {
        None => Ok(()),
        Some(exit) => Err(Failure::silent(exit)),
    }
}

fn look_further(arguments: &Arguments, vault: &Vault, report: &mut Report) -> Result<(), Failure> {
    let (credentials, findings) = vault::credentials(vault)?;
    report.tell(findings)?;
    report.tell(vault::own_dialects(vault))?;
    report.tell(redirect::ports(&credentials))?;
    if !arguments.offline {
        let bases = network::bases(&credentials);
        report.tell(crate::vault::run(network::reach(&bases, arguments.max_wait))?)?;
    }
    Ok(())
}

/// Says each finding when it is made, and keeps the gravest.
#[derive(Default)]
struct Report {
    gravest: Option<Exit>,
}

impl Report {
    fn tell(&mut self, findings: Vec<Finding>) -> Result<(), Failure> {
        for finding in findings {
            finding.print()?;
            if let Level::Fail(exit) = finding.level {
                self.gravest = self.gravest.max(Some(exit));
            }
        }
        Ok(())
    }
}
