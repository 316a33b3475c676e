//! `[log]`.

use serde::Deserialize;

/// What is written to stderr. Secrets, tokens, codes and passwords never are.
#[derive(Deserialize, Clone, Copy, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [log]")]
pub struct LogSection {
    /// For people or for programs.
    pub format: LogFormat,
    /// How much. `STAGEDOOR_LOG` in the environment takes its place, and can name modules.
    pub level: LogLevel,
    /// Whether each request gets a line of its own, with method, path, status, time, API and the caller's address; never with a
    /// query, header or body.
    pub access: bool,
}

/// For whom log lines are.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// People: a line of text.
    #[default]
    Pretty,
    /// Programs: a line of JSON.
    Json,
}

/// How much is logged.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What is broken.
    Error,
    /// And what may need somebody.
    Warn,
    /// And what happens now and then: start, stop.
    #[default]
    Info,
    /// And what helps to find a mistake.
    Debug,
    /// And everything.
    Trace,
}

impl LogLevel {
    /// As `STAGEDOOR_LOG` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}
