//! What is to be done to have a live access token. Pure: the state and the time come in, an action comes out.

mod due;
mod life;
#[cfg(test)]
mod tests;

use stagedoor_wire::dialect::{Dialect, LostAnswer, Rotation};
use stagedoor_wire::{Secret, Timestamp};

pub use due::{WARN_AT_DAYS, days_left, sign_in_due, warning};
pub use life::{early_millis, remaining_millis};

use crate::clock::Moment;
use crate::credential::{AccessToken, Credential, Flow};
use crate::vault::{CoolDown, Fingerprint, JournalEntry};

/// What is known.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// What the provider expects.
    pub dialect: &'a Dialect,
    /// What is stored.
    pub credential: &'a Credential,
    /// An exchange that was begun and not seen to end.
    pub journal: Option<&'a JournalEntry>,
    /// Until when the token endpoint wants to be left alone.
    pub cool_down: Option<&'a CoolDown>,
    /// What the caller needs.
    pub ask: Ask,
}

/// What a caller needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// How long the token is to live at least. It is renewed once for that, never twice.
    pub min_ttl_seconds: u32,
    /// A token that the API has refused: it will not do, however long it should live.
    pub rejected: Option<Fingerprint>,
    /// Whether it was renewed for this caller already.
    pub renewed: bool,
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Use the stored access token.
    Use,
    /// Send the refresh token.
    Refresh {
        /// Whether it was sent before, and the answer may have been lost.
        resend: bool,
    },
    /// Ask as the app itself.
    ClientCredentials,
    /// Nothing stored can get a token: somebody has to sign in.
    SignIn(SignInReason),
    /// Wait: the token endpoint refuses requests until then.
    CoolDown(CoolDown),
}

/// Why somebody has to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInReason {
    /// There was never a token.
    #[error("nobody has signed in yet")]
    Never,
    /// The access token is spent and came without a refresh token.
    #[error("its access token is spent and came without a refresh token")]
    NoRefreshToken,
    /// The provider called the refresh token invalid.
    #[error(
        "the provider no longer takes its refresh token of {received}, signed in on {authorized}; it is set aside, not deleted"
    )]
    Refused {
        /// When the grant was authorized.
        authorized: Timestamp,
        /// When the refused token was given.
        received: Timestamp,
    },
    /// The refresh token's time was over.
    #[error(
        "its refresh token ended on {ended}: somebody signed in on {authorized}, and refreshing does not extend that"
    )]
    Ended {
        /// When the grant was authorized.
        authorized: Timestamp,
        /// When the token ended.
        ended: Timestamp,
    },
    /// An app that acts for itself has no secret here.
    #[error("it has no client secret")]
    NoSecret,
    /// The dialect has no way for an app to act for itself.
    #[error("the provider gives apps no token of their own")]
    NotOffered,
}

/// What is to be done at `now`.
pub fn next(state: &State<'_>, now: Moment) -> Action {
    let left_millis = state.credential.access.as_ref().map_or(0, |access| remaining_millis(access, now));
    let Some(access) = state.credential.access.as_ref().filter(|_| left_millis > 0) else {
        return renewal(state, now);
    };
    if state.ask.renewed {
        return Action::Use;
    }
    if is_rejected(access, state.ask.rejected) {
        return renewal(state, now);
    }
    let needed_millis = early_millis(access).max(u64::from(state.ask.min_ttl_seconds) * 1000);
    if left_millis > needed_millis {
        return Action::Use;
    }
    // The token still lives: it is not risked, and not given up for one that cannot be had now.
    match renewal(state, now) {
        Action::SignIn(_) | Action::CoolDown(_) => Action::Use,
        Action::Refresh { resend: true } if !survives_lost_answer(state.dialect) => Action::Use,
        action => action,
    }
}

fn is_rejected(access: &AccessToken, rejected: Option<Fingerprint>) -> bool {
    rejected.is_some_and(|rejected| rejected == Fingerprint::of(&access.token))
}

/// How a new token is got.
fn renewal(state: &State<'_>, now: Moment) -> Action {
    let action = way(state, now.wall());
    match state.cool_down {
        Some(cool_down) if cool_down.remaining_seconds(now) > 0 && !matches!(action, Action::SignIn(_)) => {
            Action::CoolDown(cool_down.clone())
        }
        _ => action,
    }
}

fn way(state: &State<'_>, now: Timestamp) -> Action {
    let State { dialect, credential, .. } = state;
    // While a refresh token lives it is used, also where `client_credentials` gave it: a second grant beside the first
    // may be refused (`one_per_app`).
    if let Some(refresh) = credential.refresh.as_ref().filter(|_| dialect.grants.refresh_token) {
        return Action::Refresh { resend: was_sent(state.journal, &refresh.token) };
    }
    match credential.flow {
        Flow::ClientCredentials if !dialect.grants.client_credentials => {
            Action::SignIn(SignInReason::NotOffered)
        }
        Flow::ClientCredentials if credential.client_secret.is_none() => {
            Action::SignIn(SignInReason::NoSecret)
        }
        Flow::ClientCredentials => Action::ClientCredentials,
        Flow::AuthorizationCode | Flow::Device => Action::SignIn(reason(dialect, credential, now)),
    }
}

/// Whether the journal says that `secret` went out in an exchange that was not seen to end.
pub fn was_sent(journal: Option<&JournalEntry>, secret: &Secret) -> bool {
    journal.is_some_and(|entry| entry.fingerprint == Fingerprint::of(secret))
}

/// Whether a refresh token may be sent again when its answer was lost, without a live access token being risked.
pub fn survives_lost_answer(dialect: &Dialect) -> bool {
    dialect
        .refresh_token
        .as_ref()
        .is_none_or(|rules| rules.rotation != Rotation::Rotated || rules.lost_answer == LostAnswer::Repeated)
}

fn reason(dialect: &Dialect, credential: &Credential, now: Timestamp) -> SignInReason {
    let Some(refused) = credential.set_aside.first() else {
        return match credential.access {
            None => SignInReason::Never,
            Some(_) => SignInReason::NoRefreshToken,
        };
    };
    let authorized = refused.authorized;
    match sign_in_due(dialect, refused).filter(|ended| *ended <= now) {
        Some(ended) => SignInReason::Ended { authorized, ended },
        None => SignInReason::Refused { authorized, received: refused.received },
    }
}
