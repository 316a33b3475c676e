//! Whether a key may go: not while new things are made with it, nor while what it made still works.

use super::life::{KeyFacts, KeyState};
use super::{KeyId, Purpose};
use crate::Timestamp;
use crate::decision::{AuditEntry, Effect, Subject};
use crate::jwt::TokenFormat;

/// How much in the database rests on a key and is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyUses {
    /// Grants, by their refresh tokens.
    pub grants: u64,
    pub secrets: u64,
    pub legacy_keys: u64,
    /// Of programs that administer.
    pub credentials: u64,
    /// Secrets that may be viewed again.
    pub sealed: u64,
}

impl KeyUses {
    /// Whether nothing does.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What the APIs there are do with keys of a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Make things with them.
    Made,
    /// Take what was made with them, and make nothing more: tokens of a form that an API had before.
    Taken,
    Unused,
}

impl Demand {
    /// By the forms of the APIs' access tokens. An API of JWTs takes either algorithm, and opaque tokens as well.
    pub fn of(purpose: Purpose, mut formats: impl Iterator<Item = TokenFormat> + Clone) -> Self {
        let is_made = match purpose {
            Purpose::AccessToken | Purpose::JwtEddsa | Purpose::JwtEs256 => {
                formats.clone().any(|format| format.purpose() == purpose)
            }
            _ => true,
        };
        if is_made {
            Self::Made
        } else if purpose == Purpose::AccessToken || formats.any(|format| format != TokenFormat::Opaque) {
            Self::Taken
        } else {
            Self::Unused
        }
    }
}

/// Why a key stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRetired {
    /// Not even by force.
    #[error("it is the active {0} key, with which new things are made")]
    Active(Purpose),
    /// It waits, but not for long enough that every reader would miss it.
    #[error("it is about to become active")]
    AboutToBeActive,
    #[error("what rests on it still works")]
    InUse,
    #[error("what was made with it lives for a while yet")]
    NotOver(Timestamp),
}

/// Whether `key` may go.
pub fn may_retire(key: &KeyFacts, uses: &KeyUses, demand: Demand, now: Timestamp) -> Result<(), NotRetired> {
    let is_needed = key.purpose.is_needed() || demand == Demand::Made;
    match (key.state, key.over) {
        (KeyState::Active, _) if is_needed => Err(NotRetired::Active(key.purpose)),
        _ if !uses.is_none() => Err(NotRetired::InUse),
        _ if demand == Demand::Unused => Ok(()),
        (KeyState::Active, _) => Err(NotRetired::InUse),
        (KeyState::Waiting, None) => Err(NotRetired::AboutToBeActive),
        (_, Some(over)) if over > now => Err(NotRetired::NotOver(over)),
        _ => Ok(()),
    }
}

/// Ends what rests on a key, before it goes by force. Tokens end with the key itself.
pub fn end_all_under(key: KeyId, actor: &str, now: Timestamp) -> Vec<Effect> {
    let what = "key retired by force, and all that rested on it ended";
    vec![
        Effect::EndAllUnder { key, at: now },
        Effect::Audit(AuditEntry::new(now, actor, what, Subject::Key(key))),
    ]
}
