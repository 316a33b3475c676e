//! Why there is no live token.

use std::sync::Arc;

use crate::credential::CredentialName;
use crate::exchange::ExchangeError;
use crate::renew::SignInReason;
use crate::vault::VaultError;

/// Why a [`super::TokenSource`] has no token to give. Every caller that waited for the same renewal gets the same.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// The vault does not do it.
    #[error(transparent)]
    Vault(Arc<VaultError>),
    /// No credential has this name.
    #[error(
        "there is no credential called {0}: `stagedoor login PROVIDER --as {0}` makes one; `stagedoor status` lists what there is"
    )]
    Unknown(CredentialName),
    /// Somebody has to sign in.
    #[error("{name} cannot get a token: {reason}{}. Sign in: `stagedoor login {name}`", said(.refused.as_deref()))]
    SignIn {
        /// The credential.
        name: CredentialName,
        /// Why.
        reason: SignInReason,
        /// What the provider said, where it refused just now.
        refused: Option<Arc<ExchangeError>>,
    },
    /// The refresh token was sent before, the answer never came, and now it is refused: the provider has no way back.
    #[error(
        "the refresh token of {name} is lost: it was sent at {sent}, the answer never came, and the provider does not give \
         it twice. Sign in again: `stagedoor login {name}`"
    )]
    AnswerLost {
        /// The credential.
        name: CredentialName,
        /// When it was first sent, in UTC.
        sent: stagedoor_wire::Timestamp,
    },
    /// The provider gave none.
    #[error(transparent)]
    Exchange(Arc<ExchangeError>),
    /// The name stands for a credential of another provider by now: its tokens go there alone (RFC 9700 §4.9.1).
    #[error("{0} was signed in to another provider meanwhile: try again")]
    Elsewhere(CredentialName),
    /// It took longer than the caller wanted to wait. The renewal goes on.
    #[error(
        "no token for {name} within {seconds} s: {}. Try again, or wait longer with `--max-wait`",
        slow(.slow_provider.as_deref())
    )]
    Patience {
        /// The credential.
        name: CredentialName,
        /// How long was waited.
        seconds: u64,
        /// The provider's name, where it was asked and has not answered yet.
        slow_provider: Option<String>,
    },
    /// The runtime ended in the middle.
    #[error("the renewal of {0} was cut off: try again")]
    CutOff(CredentialName),
}

impl SourceError {
    /// Whether asking again later may help without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Exchange(error) => error.is_passing(),
            Self::Elsewhere(_) | Self::Patience { .. } | Self::CutOff(_) => true,
            Self::Vault(_) | Self::Unknown(_) | Self::SignIn { .. } | Self::AnswerLost { .. } => false,
        }
    }
}

fn slow(provider: Option<&str>) -> String {
    provider.map_or("another process may be renewing it".to_owned(), |provider| {
        format!("{provider} has not answered yet")
    })
}

fn said(refused: Option<&ExchangeError>) -> String {
    match refused {
        Some(ExchangeError::GrantRefused(answered)) => format!(" ({answered})"),
        Some(other) => format!(" ({other})"),
        None => String::new(),
    }
}

impl From<VaultError> for SourceError {
    fn from(error: VaultError) -> Self {
        Self::Vault(Arc::new(error))
    }
}

impl From<ExchangeError> for SourceError {
    fn from(error: ExchangeError) -> Self {
        Self::Exchange(Arc::new(error))
    }
}
