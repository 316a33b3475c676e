//! What is written to stderr, for people or for programs.

use std::io::IsTerminal;

use anyhow::Context;
use stagedoor_server::config::{LogFormat, LogSection};
use tracing_subscriber::EnvFilter;

pub(super) fn to_stderr(section: LogSection) -> anyhow::Result<()> {
    let filter = match std::env::var("STAGEDOOR_LOG") {
        Ok(text) => EnvFilter::try_new(&text).with_context(|| {
            format!("STAGEDOOR_LOG is {text:?}; set it to error, warn, info, debug or trace")
        })?,
        Err(_) => EnvFilter::new(section.level.as_str()),
    };
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match section.format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
