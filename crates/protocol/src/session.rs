//! Signed-in browsers. The cookie holds a handle; the row holds its hash.

use rand_core::CryptoRng;
use stagedoor_wire::Secret;

use crate::Timestamp;
use crate::code::{Handle, Hash};
use crate::decision::{Decision, Effect};
use crate::id::{AccountId, SessionId};
use crate::link::as_it_was;

/// Lifetime of a session, in seconds: twelve hours.
pub const SESSION_SECONDS: i64 = 12 * 3600;

/// A session's row with what a page needs of its account.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub hash: Hash,
    pub account: Account,
    /// The account's epoch when the session began; it is over when that has risen.
    pub epoch: u32,
    pub expires: Timestamp,
}

/// A person who signs in.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub epoch: u32,
    /// Whether an administrator keeps it out.
    pub suspended: bool,
    /// Whether it is known that the e-mail is the person's; until then nobody signs in.
    pub confirmed: bool,
}

/// A session as its person sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    pub id: SessionId,
    pub started: Timestamp,
    /// Such as `Firefox on Linux`.
    pub browser: Option<String>,
}

/// Who is signed in: an account, and the epoch its session began under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: AccountId,
    pub epoch: u32,
}

impl Session {
    /// Whose it is.
    pub fn person(&self) -> Person {
        Person { id: self.account.id, epoch: self.epoch }
    }

    /// Whether `presented` is this session and it is still on.
    pub fn accepts(&self, presented: &Handle, now: Timestamp) -> bool {
        let alive = now < self.expires && self.epoch == self.account.epoch && !self.account.suspended;
        presented.is_of(&self.hash) && alive
    }
}

/// Starts a session for a person whose password was right, unless it was changed since. The handle is always new, so that one
/// planted before the sign-in is worth nothing (RFC 6819 §4.4.1.13; session fixation).
pub fn start(
    account: &Account,
    browser: Option<String>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<Secret> {
    let id = SessionId::new(now, rng);
    let handle = Handle::new(id.0, rng);
    let expires = now.plus_seconds(SESSION_SECONDS);
    let (hash, epoch) = (handle.hash(), account.epoch);
    let start = Effect::StartSession { id, hash, account: account.id, epoch, browser, at: now, expires };
    let effects = vec![as_it_was(account), start];
    Decision { reply: Ok(handle.write("")), effects }
}

/// Ends a session.
pub fn end(id: SessionId) -> Decision<()> {
    Decision { reply: Ok(()), effects: vec![Effect::EndSession { id }] }
}

/// Reads a cookie's value.
pub fn read(text: &str) -> Option<Handle> {
    Handle::read("", text)
}
