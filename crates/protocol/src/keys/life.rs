//! A key's life: it waits, makes things, goes on checking what it made, and may go once that is over.

use super::{Key, KeyId, KeyRing, Purpose};
use crate::Timestamp;
use crate::device::DEVICE_CODE_SECONDS;
use crate::session::SESSION_SECONDS;

/// A new key's time comes so much later by default, in seconds: by then every reader has it. As long is waited before a key
/// that was succeeded is taken to make nothing more.
pub const PICK_UP_SECONDS: i64 = 60;

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Its time has not come.
    Waiting,
    /// New things are made with it.
    Active,
    /// It was succeeded, and checks what it made.
    ChecksOnly,
}

/// What is known of a key without the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    pub id: KeyId,
    pub purpose: Purpose,
    pub active_from: Timestamp,
    pub state: KeyState,
    /// When what lives for a while and was made with it is over: tokens, user codes, forms. `None` while it makes more.
    /// What lasts, secrets and grants, is in the database.
    pub over: Option<Timestamp>,
}

impl KeyRing {
    /// All keys in the order of the file. No access token of this server lives longer than `longest_token_seconds`.
    pub fn facts(&self, longest_token_seconds: u32, now: Timestamp) -> Vec<KeyFacts> {
        self.keys.iter().map(|key| self.facts_of(key, longest_token_seconds, now)).collect()
    }

    /// The keys that made things for `purpose` within the `seconds` before `now`, or may have where a server heard of a newer
    /// one late.
    pub(crate) fn used_within(&self, purpose: Purpose, seconds: i64, now: Timestamp) -> Vec<KeyId> {
        let since = now.plus_seconds(-seconds - PICK_UP_SECONDS);
        let is_recent = |key: &&Key| self.succeeded(key).is_none_or(|at| at > since);
        let active = self.active(purpose, now);
        let has_begun = |key: &&Key| key.active_from <= now || key.id == active;
        let own = self.keys.iter().filter(|key| key.purpose == purpose);
        own.filter(has_begun).filter(is_recent).map(|key| key.id).collect()
    }

    fn facts_of(&self, key: &Key, longest_token_seconds: u32, now: Timestamp) -> KeyFacts {
        let state = if self.active(key.purpose, now) == key.id {
            KeyState::Active
        } else if key.active_from > now {
            KeyState::Waiting
        } else {
            KeyState::ChecksOnly
        };
        let lives = match key.purpose {
            // Tokens that are served again are made by the key active at their window's start, and count from there.
            Purpose::AccessToken | Purpose::JwtEddsa | Purpose::JwtEs256 => i64::from(longest_token_seconds),
            Purpose::ClientSecret => i64::from(DEVICE_CODE_SECONDS),
            Purpose::Form => SESSION_SECONDS,
            Purpose::RefreshToken | Purpose::Seal => 0,
        };
        let over = match state {
            KeyState::Active => None,
            // It has made nothing, and will not where everyone hears of it in time.
            KeyState::Waiting => (key.active_from > now.plus_seconds(PICK_UP_SECONDS)).then_some(now),
            KeyState::ChecksOnly => self.succeeded(key).map(|at| at.plus_seconds(PICK_UP_SECONDS + lives)),
        };
        KeyFacts { id: key.id, purpose: key.purpose, active_from: key.active_from, state, over }
    }

    /// When another key of its purpose took over. Of two that become active at once, the later one in the file does.
    fn succeeded(&self, key: &Key) -> Option<Timestamp> {
        let behind = self.keys.iter().skip_while(|other| other.id != key.id).skip(1);
        let same_time = behind.filter(|other| other.active_from == key.active_from);
        let later = self.keys.iter().filter(|other| other.active_from > key.active_from);
        let own = same_time.chain(later).filter(|other| other.purpose == key.purpose);
        own.map(|other| other.active_from).min()
    }
}
