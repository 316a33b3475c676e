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

/// How much is logged; it can be changed.
pub(crate) struct Level(Option<Box<dyn Fn(EnvFilter) + Send + Sync>>);

impl Level {
    /// Logs as much as `level` from now on. What the environment says stands.
    pub(crate) fn set(&self, level: &str) {
        if let Self(Some(set)) = self {
            set(EnvFilter::new(level));
        }
    }
}

/// Logs what `STAGEDOOR_LOG` says, else this level; in colours only where a person reads it.
pub(crate) fn to_stderr(level: &str, lines: Lines) -> anyhow::Result<Level> {
    let from_environment = match std::env::var("STAGEDOOR_LOG") {
        Ok(text) => Some(EnvFilter::try_new(&text).with_context(|| {
            format!("STAGEDOOR_LOG is {text:?}; set it to error, warn, info, debug or trace")
        })?),
        Err(_) => None,
    };
    let can_change = from_environment.is_none();
    let filter = from_environment.unwrap_or_else(|| EnvFilter::new(level));
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // An error says that the log is gone, and there is nobody to be told.
    let set: Box<dyn Fn(EnvFilter) + Send + Sync> = match lines {
        Lines::Pretty => {
            let log = log.fmt_fields(pretty::Fields::default()).with_filter_reloading();
            let handle = log.reload_handle();
            log.init();
            Box::new(move |filter| drop(handle.reload(filter)))
        }
        Lines::Json => {
            let log = log.event_format(json::Line).with_filter_reloading();
            let handle = log.reload_handle();
            log.init();
            Box::new(move |filter| drop(handle.reload(filter)))
        }
    };
    Ok(Level(can_change.then_some(set)))
}
