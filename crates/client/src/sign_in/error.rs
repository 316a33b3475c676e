//! Why signing in did not work.

use std::io;

use stagedoor_wire::redirect_uri::InvalidRedirectUri;

use crate::exchange::ExchangeError;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The dialect has no such endpoint.
    #[error("{provider} has no {what}")]
    NotOffered {
        /// The provider's name.
        provider: String,
        /// What it lacks.
        what: &'static str,
    },
    /// The redirect URI cannot be one.
    #[error("the redirect URI {uri} cannot be used: {why}")]
    RedirectUri {
        /// As it was given.
        uri: String,
        /// What is wrong.
        why: InvalidRedirectUri,
    },
    /// The redirect URI does not lead to this machine.
    #[error(
        "nothing here can listen at {0}: use --paste, or register http://127.0.0.1 with a port and a path"
    )]
    NotLoopback(String),
    /// The port cannot be had.
    #[error(
        "cannot listen on port {port} ({source}): another program may have it, `stagedoor doctor` tells which; or use --paste"
    )]
    Port {
        /// The port.
        port: u16,
        /// The system's answer.
        source: io::Error,
    },
    /// The address has no query that answers a sign-in.
    #[error(
        "this is not the address the browser ended at: it holds neither code nor error. Copy all of it, from http to its end"
    )]
    NoAnswer,
    /// `state` is another one (RFC 6749 §10.12).
    #[error(
        "this answers another sign-in (state differs): begin again, and paste the address of the newest one"
    )]
    WrongState,
    /// `iss` is another one (RFC 9207 §2.4).
    #[error(
        "the answer comes from {found:?}, not from {expected}: do not go on, somebody may have mixed up two providers"
    )]
    WrongIssuer {
        /// What it said.
        found: Option<String>,
        /// Who was asked.
        expected: String,
    },
    /// The person said no.
    #[error(
        "the sign-in was refused in the browser (access_denied), and nothing was kept: run the same `stagedoor login` again to allow it"
    )]
    Denied,
    /// The provider refused.
    #[error("the provider refused the sign-in: {error}{}", words(.description.as_deref()))]
    Refused {
        /// `error`.
        error: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// Nobody answered in time.
    #[error("nobody signed in within {seconds} s: begin again when somebody is there")]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// The token endpoint refused.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

fn words(description: Option<&str>) -> String {
    description.map_or(String::new(), |words| format!(" ({words})"))
}
