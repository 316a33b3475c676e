//! Why a client's command failed: what is said, and the exit code that programs read.

use std::fmt;
use std::process::ExitCode;

use stagedoor_client::call::CallError;
use stagedoor_client::exchange::ExchangeError;
use stagedoor_client::provider::ProviderError;
use stagedoor_client::sign_in::SignInError;
use stagedoor_client::source::SourceError;
use stagedoor_client::vault::{CoolDownKind, VaultError};
use stagedoor_client::{HttpClientError, clock::Clock};
use stagedoor_wire::Timestamp;

use crate::{terminal, when};

/// For `--help` and the manual.
pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  done
  1  another failure
  2  wrong usage
  3  a person has to sign in, or to mend the app's entry with the provider
  4  wait: a limit or quota is used up, and the time it ends is printed
  5  the provider cannot be reached or is at fault
  6  the vault is locked, damaged or unsafe";

/// An exit code's meaning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub(crate) enum Exit {
    Other = 1,
    Usage = 2,
    SignIn = 3,
    Wait = 4,
    Provider = 5,
    Vault = 6,
}

/// A failure.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// One whose words were said already.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    /// Says why, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.text.is_empty() {
            eprintln!("stagedoor: {}", terminal::harmless(&self.text));
        }
        ExitCode::from(self.exit as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Other, format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Other, error.to_string())
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::new(Exit::Vault, error.to_string())
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<HttpClientError> for Failure {
    fn from(error: HttpClientError) -> Self {
        Self::new(Exit::Other, error.to_string())
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let exit = match &error {
            SourceError::Exchange(error) => return Self::from(&**error),
            SourceError::Vault(_) => Exit::Vault,
            SourceError::Unknown(_) | SourceError::SignIn { .. } | SourceError::AnswerLost { .. } => {
                Exit::SignIn
            }
            SourceError::Patience { slow_provider: Some(_), .. } => Exit::Provider,
            SourceError::Patience { slow_provider: None, .. } => Exit::Wait,
            SourceError::Elsewhere(_) | SourceError::CutOff(_) => Exit::Other,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = match error {
            CallError::Source(error) => return error.into(),
            CallError::HttpClient(error) => return error.into(),
            CallError::Limited { provider, status, message, kind, until, .. } => {
                let words = message.map_or(String::new(), |message| format!(" ({message})"));
                return Self::new(
                    Exit::Wait,
                    format!("{provider} answered {status}{words}: {}", wait(kind, until)),
                );
            }
            CallError::CoolingDown { provider, cool_down } => {
                let text = format!(
                    "{provider} wants no calls of this app: {}",
                    wait(cool_down.why, cool_down.until)
                );
                return Self::new(Exit::Wait, text);
            }
            CallError::Foreign { .. } | CallError::Address(_) => Exit::Usage,
            CallError::Unanswered { .. } | CallError::TooSlow { .. } => Exit::Provider,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let exit = match &error {
            SignInError::Exchange(error) => return Self::from(error),
            SignInError::NotOffered { .. }
            | SignInError::RedirectUri { .. }
            | SignInError::NotLoopback(_) => Exit::Usage,
            SignInError::Port { .. } => Exit::Other,
            SignInError::NoAnswer
            | SignInError::WrongState
            | SignInError::WrongIssuer { .. }
            | SignInError::Denied
            | SignInError::Refused { .. }
            | SignInError::TimedOut { .. } => Exit::SignIn,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        Self::from(&error)
    }
}

impl From<&ExchangeError> for Failure {
    fn from(error: &ExchangeError) -> Self {
        let exit = match error {
            ExchangeError::HttpClient(_) | ExchangeError::Refused(_) => Exit::Other,
            ExchangeError::Unreachable(_)
            | ExchangeError::Lost(_)
            | ExchangeError::Fault(_)
            | ExchangeError::Unreadable(_) => Exit::Provider,
            ExchangeError::DuplicateGrant { .. }
            | ExchangeError::GrantRefused(_)
            | ExchangeError::ClientRefused(_)
            | ExchangeError::AppRefused(_)
            | ExchangeError::TeamRefused { .. }
            | ExchangeError::Pending(_)
            | ExchangeError::SlowDown(_)
            | ExchangeError::AccessDenied(_)
            | ExchangeError::DeviceCodeExpired(_) => Exit::SignIn,
            ExchangeError::RateLimited { answered, kind, until, .. } => {
                return Self::new(Exit::Wait, format!("{answered}; {}", wait(*kind, *until)));
            }
            ExchangeError::CoolingDown { provider, cool_down } => {
                let text = format!(
                    "{provider} wants no requests of this app: {}",
                    wait(cool_down.why, cool_down.until)
                );
                return Self::new(Exit::Wait, text);
            }
        };
        Self::new(exit, error.to_string())
    }
}

/// What was used up and when that ends, by the clock on the wall.
pub(crate) fn wait(why: CoolDownKind, until: Timestamp) -> String {
    let now = Clock::machine().now().wall();
    let (what, span) = (used_up(why), when::span(until.seconds_from(now)));
    format!("{what} until {} (for {span}). Nothing is sent before then", when::clock(until, now))
}

/// What was used up.
pub(crate) fn used_up(why: CoolDownKind) -> &'static str {
    match why {
        CoolDownKind::Rate => "too many requests",
        CoolDownKind::Quota => "the quota is used up",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_client::CredentialName;

    #[test]
    fn a_slow_provider_is_not_another_process() {
        let exit = |slow_provider: Option<&str>| {
            let name = CredentialName::new("mine").unwrap();
            let slow_provider = slow_provider.map(str::to_owned);
            Failure::from(SourceError::Patience { name, seconds: 1, slow_provider }).exit
        };
        assert_eq!((exit(Some("Spotify")), exit(None)), (Exit::Provider, Exit::Wait));
    }
}
