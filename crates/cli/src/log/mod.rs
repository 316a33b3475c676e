//! What is written to stderr, for people or for programs. Each line on a request's way names the request.

mod json;
mod pretty;

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

/// For whom lines are.
#[derive(Clone, Copy)]
pub(crate) enum Lines {
    Pretty,
    Json,
}

/// Logs what `STAGEDOOR_LOG` says, else this level; in colours only where a person reads it.
pub(crate) fn to_stderr(level: &str, lines: Lines) -> anyhow::Result<()> {
    let filter = match std::env::var("STAGEDOOR_LOG") {
        Ok(text) => EnvFilter::try_new(&text).with_context(|| {
            format!("STAGEDOOR_LOG is {text:?}; set it to error, warn, info, debug or trace")
        })?,
        Err(_) => EnvFilter::new(level),
    };
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match lines {
        Lines::Pretty => log.fmt_fields(pretty::Fields::default()).init(),
        Lines::Json => log.event_format(json::Line).init(),
    }
    Ok(())
}
