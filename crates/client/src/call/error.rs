//! Why a call to an API brought no answer.

use stagedoor_wire::Timestamp;

use crate::credential::CredentialName;
use crate::exchange::used_up;
use crate::http_client::HttpClientError;
use crate::source::SourceError;
use crate::vault::{CoolDown, CoolDownKind};

/// Why there is no answer. None tells a token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// There is no token to call with.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// HTTPS could not be set up.
    #[error(transparent)]
    HttpClient(#[from] HttpClientError),
    /// The address is not the provider's: no token goes there.
    #[error("{address} is not under {base}: the token of {credential} is not sent there")]
    Foreign {
        /// The credential.
        credential: CredentialName,
        /// The address, without its query.
        address: String,
        /// Where the provider's API is.
        base: String,
    },
    /// The address is none.
    #[error("{0:?} is no path of the API: it begins with / and may hold a query")]
    Address(String),
    /// The connection failed.
    #[error(
        "no answer from {provider}: {why}. Check the network, then try again; `stagedoor doctor` tells more"
    )]
    Unanswered {
        /// The provider's name.
        provider: String,
        /// What went wrong.
        why: String,
    },
    /// It took longer than the caller wanted to wait.
    #[error("no answer from {provider} within {seconds} s. Try again, or wait longer with `--max-wait`")]
    TooSlow {
        /// The provider's name.
        provider: String,
        /// How long was waited.
        seconds: u64,
    },
    /// Too many requests, and the provider wants a longer pause than the caller. It is written down.
    #[error(
        "{provider} answered {status}{}: {what} until {until} (for {seconds} s): nothing is sent before. `--max-wait {seconds}` waits",
        words(.message.as_deref()),
        what = used_up(*.kind)
    )]
    Limited {
        /// The provider's name.
        provider: String,
        /// HTTP status.
        status: u16,
        /// The provider's own words.
        message: Option<String>,
        /// What is used up.
        kind: CoolDownKind,
        /// How long, in seconds.
        seconds: u32,
        /// The wall clock's time at its end.
        until: Timestamp,
    },
    /// A cool-down that was written down earlier still runs. Nothing was sent.
    #[error("{provider} wants no calls of this app: {what} until {until}", what = used_up(.cool_down.why), until = .cool_down.until)]
    CoolingDown {
        /// The provider's name.
        provider: String,
        /// What runs.
        cool_down: CoolDown,
    },
}

fn words(message: Option<&str>) -> String {
    message.map_or(String::new(), |message| format!(" ({message})"))
}
