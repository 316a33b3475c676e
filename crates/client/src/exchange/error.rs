//! Why the token endpoint gave no token: one variant per reason, each with the next step. None tells a secret.

use std::fmt;

use stagedoor_wire::Timestamp;

use crate::credential::CredentialName;
use crate::http_client::HttpClientError;
use crate::vault::{CoolDown, CoolDownKind};

/// An answer that gave no token, fit to be shown.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What `stagedoor login` needs to sign in anew: the credential's name, or more where nothing is stored under it.
    pub login: String,
    /// The provider's name as people read it.
    pub provider: String,
    /// The address asked.
    pub endpoint: String,
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// RFC 6749's `error`, or what the provider has in its place.
    pub code: Option<String>,
    /// The provider's own words: `error_description` or the like.
    pub words: Option<String>,
    /// The beginning of the body, secrets masked.
    pub snippet: String,
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}", self.provider, self.status)?;
        match (&self.code, &self.words) {
            (Some(code), Some(words)) => write!(f, " {code} ({words})"),
            (Some(text), None) | (None, Some(text)) => write!(f, " {text}"),
            (None, None) => {
                let kind = self.content_type.as_deref().unwrap_or("no content type");
                write!(f, " with {kind}: {}", if self.snippet.is_empty() { "nothing" } else { &self.snippet })
            }
        }?;
        write!(f, " at {}", self.endpoint)
    }
}

/// A request that got no answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// The credential it was for.
    pub credential: CredentialName,
    /// The provider's name as people read it.
    pub provider: String,
    /// The address asked.
    pub endpoint: String,
    /// What went wrong.
    pub why: String,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.provider, self.endpoint, self.why)
    }
}

/// Why there is no token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExchangeError {
    /// HTTPS could not be set up.
    #[error(transparent)]
    HttpClient(#[from] HttpClientError),
    /// The request never went out.
    #[error("cannot reach {0}. Check the network, then try again; `stagedoor doctor` tells more")]
    Unreachable(Unanswered),
    /// It went out and nothing whole came back: the provider may have acted on it.
    #[error(
        "no whole answer from {0}. Try again: what was sent is written down, and is sent again where that is safe"
    )]
    Lost(Unanswered),
    /// One active grant per app, and one is active.
    #[error(
        "{answered}. Another grant of this app is active, and its refresh token is {}. It ends when its newest access token \
         expires (within the hour, as a rule): use it where it is kept, or wait; or regenerate the client secret on the \
         provider's page and take it up with `stagedoor login {login} --client-secret-file FILE`",
        whereabouts(.kept_as.as_ref()), login = .answered.login
    )]
    DuplicateGrant {
        /// What was answered.
        answered: Box<Answered>,
        /// Another credential of the vault that holds a refresh token of the same app.
        kept_as: Option<CredentialName>,
    },
    /// The code or refresh token is not valid (any longer).
    #[error("{0}. Sign in again: `stagedoor login {login}`", login = .0.login)]
    GrantRefused(Box<Answered>),
    /// Client id or secret are wrong.
    #[error(
        "{0}. Client id or secret are not what the provider knows: `stagedoor login {login} --client-secret-file FILE`",
        login = .0.login
    )]
    ClientRefused(Box<Answered>),
    /// The app is kept out, or may not ask in this way.
    #[error(
        "{0}. The provider keeps this app out, or does not let it ask in this way; to sign in again does not help. See the \
         app's entry with the provider, or ask whoever runs it"
    )]
    AppRefused(Box<Answered>),
    /// The app may not act for that team.
    #[error("{answered}. The app has no access to {}: `stagedoor login {login} --team TEAM`", team_in_words(.team.as_deref()), login = .answered.login)]
    TeamRefused {
        /// What was answered.
        answered: Box<Answered>,
        /// The team that was named.
        team: Option<String>,
    },
    /// The device's user has not decided yet (RFC 8628 §3.5).
    #[error("{0}. Nobody has answered yet")]
    Pending(Box<Answered>),
    /// The device asks too often (RFC 8628 §3.5).
    #[error("{0}. Asked too soon")]
    SlowDown(Box<Answered>),
    /// The user said no.
    #[error("{0}. The person refused: `stagedoor login {login}` asks again", login = .0.login)]
    AccessDenied(Box<Answered>),
    /// The device code's time is over.
    #[error("{0}. It took too long: `stagedoor login {login} --device`", login = .0.login)]
    DeviceCodeExpired(Box<Answered>),
    /// Too many requests. The cool-down is written down, so the next process knows it too.
    #[error("{answered}. {what} until {until} (for {seconds} s): nothing is sent before", what = used_up(*.kind))]
    RateLimited {
        /// What was answered.
        answered: Box<Answered>,
        /// What was used up.
        kind: CoolDownKind,
        /// How long, in seconds.
        seconds: u32,
        /// The wall clock's time at its end.
        until: Timestamp,
    },
    /// A cool-down that was written down earlier still runs. Nothing was sent.
    #[error("{provider} wants no requests of this app: {what} until {until}", what = used_up(.cool_down.why), until = .cool_down.until)]
    CoolingDown {
        /// The provider's name.
        provider: String,
        /// What runs.
        cool_down: CoolDown,
    },
    /// Another refusal.
    #[error("{0}. Check what is stored with `stagedoor status`, then `stagedoor login {login}`", login = .0.login)]
    Refused(Box<Answered>),
    /// The provider's fault.
    #[error("{0}. That is the provider's fault: try again later")]
    Fault(Box<Answered>),
    /// A page, or JSON without a token.
    #[error(
        "{0}. That is no token: a proxy, a sign-in page or a block may stand in between; `stagedoor doctor` tells more"
    )]
    Unreadable(Box<Answered>),
}

impl ExchangeError {
    /// Whether the provider may have acted on the request although no token came: a refresh token may be rotated away.
    pub fn may_have_acted(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Fault(_) | Self::Unreadable(_))
    }

    /// Whether asking again later may help without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Lost(_)
                | Self::RateLimited { .. }
                | Self::CoolingDown { .. }
                | Self::Fault(_)
                | Self::Unreadable(_)
        )
    }
}

fn whereabouts(kept_as: Option<&CredentialName>) -> String {
    kept_as.map_or("not here".to_owned(), |name| format!("kept here as {name} (`stagedoor token {name}`)"))
}

fn team_in_words(team: Option<&str>) -> String {
    team.map_or("the team it would act for".to_owned(), |team| format!("the team {team:?}"))
}

pub(crate) fn used_up(kind: CoolDownKind) -> &'static str {
    match kind {
        CoolDownKind::Rate => "too many requests",
        CoolDownKind::Quota => "the quota is used up",
    }
}
