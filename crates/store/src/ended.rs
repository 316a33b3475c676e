//! What has ended before its tokens expired: epochs that rose, grants and single tokens that were revoked. Every check
//! of a token asks here, so it is in memory and no lock is shared by all.

use std::hash::Hash;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use papaya::{HashMap, ResizeMode};
use quick_cache::DefaultHashBuilder;
use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::{Subject, Timestamp};
use stagedoor_wire::dialect::AccessTokenRules;

/// Clocks of several nodes differ by at most this much.
const LEEWAY_SECONDS: i64 = 5;

/// What ended before this may be forgotten for good: whatever lifetime is configured later, it ended no token that could live
/// again by it.
pub(crate) fn lasting_horizon(now: Timestamp) -> Timestamp {
    now.plus_seconds(-i64::from(AccessTokenRules::MAX_SECONDS) - LEEWAY_SECONDS)
}

/// The nonce of tokens that are served again. Many have it, so it names none of them.
const SHARED: u64 = 0;

pub(crate) struct Ended {
    subjects: HashMap<Subject, Rise, DefaultHashBuilder>,
    /// Nonces of single tokens, with their expiry.
    tokens: HashMap<u64, Timestamp, DefaultHashBuilder>,
    longest_token_seconds: AtomicU32,
    /// The latest time that was ever named. A clock that was set back must not make what ends now look older than the tokens
    /// it ends.
    latest: AtomicI64,
    /// Tokens of lower epochs are over, whosever they are: they were made before a backup was restored.
    floor: AtomicU32,
}

/// Tokens of epochs below this one are over.
#[derive(Clone, Copy)]
struct Rise {
    epoch: u32,
    at: Timestamp,
}

impl Ended {
    pub(crate) fn new(longest_token_seconds: u32) -> Self {
        let latest = AtomicI64::new(i64::MIN);
        Self {
            subjects: map(),
            tokens: map(),
            longest_token_seconds: longest_token_seconds.into(),
            latest,
            floor: AtomicU32::new(0),
        }
    }

    /// Notes the epoch that everything began anew under when a backup was restored.
    pub(crate) fn set_floor(&self, epoch: u32) {
        self.floor.store(epoch, Ordering::Relaxed);
    }

    /// How long tokens may live.
    pub(crate) fn longest_token_seconds(&self) -> u32 {
        self.longest_token_seconds.load(Ordering::Relaxed)
    }

    /// The epoch that everything began anew under; 0 where no backup was restored.
    pub(crate) fn floor(&self) -> u32 {
        self.floor.load(Ordering::Relaxed)
    }

    /// From now on they may live this long.
    pub(crate) fn expect_tokens_of(&self, seconds: u32) {
        self.longest_token_seconds.store(seconds, Ordering::Relaxed);
    }

    /// What rose before this ended tokens that have expired since.
    pub(crate) fn horizon(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(-i64::from(self.longest_token_seconds()) - LEEWAY_SECONDS)
    }

    /// Notes an epoch that rose. One that is known to be higher stays.
    pub(crate) fn raise(&self, subject: Subject, epoch: u32, at: Timestamp) {
        let at = Timestamp(self.latest.fetch_max(at.0, Ordering::Relaxed).max(at.0));
        let rise = Rise { epoch, at };
        self.subjects.pin().update_or_insert(
            subject,
            |known| Rise { epoch: known.epoch.max(epoch), at: known.at.max(at) },
            rise,
        );
    }

    /// Notes a grant's revocation: it has no epochs, so whatever hangs on it is over.
    pub(crate) fn revoke(&self, grant: Subject, at: Timestamp) {
        self.raise(grant, u32::MAX, at);
    }

    /// Notes the end of a single token.
    pub(crate) fn end_token(&self, nonce: u64, expires: Timestamp) {
        self.tokens.pin().insert(nonce, expires);
    }

    /// Whether anything `token` hangs on has ended since it was made.
    pub(crate) fn has_ended(&self, token: &AccessToken) -> bool {
        let (subjects, floor) = (self.subjects.pin(), self.floor());
        let rose = |subject, epoch| subjects.get(&subject).is_some_and(|rise| epoch < rise.epoch);
        let sunken = |epoch| epoch < floor;
        sunken(token.epochs.app)
            || sunken(token.epochs.team)
            || (token.account.is_some() && sunken(token.epochs.account))
            || rose(Subject::App(token.app), token.epochs.app)
            || rose(Subject::Team(token.team), token.epochs.team)
            || token.account.is_some_and(|account| rose(Subject::Account(account), token.epochs.account))
            || token.grant.is_some_and(|grant| rose(Subject::Grant(grant), 0))
            || (token.nonce != SHARED && self.tokens.pin().contains_key(&token.nonce))
    }

    /// Forgets what ended only tokens that have expired.
    pub(crate) fn trim(&self, now: Timestamp) {
        self.latest.fetch_max(now.0, Ordering::Relaxed);
        let before = self.horizon(now);
        self.subjects.pin().retain(|_, rise| rise.at >= before);
        self.tokens.pin().retain(|_, expires| *expires > now);
    }
}

/// Nearly every look-up finds nothing. While a map is copied into a larger one bit by bit, which can take for ever when
/// nothing more is written, such a look-up searches both for microseconds: so the writer copies it whole.
fn map<K: Hash + Eq, V>() -> HashMap<K, V, DefaultHashBuilder> {
    HashMap::builder().hasher(DefaultHashBuilder::default()).resize_mode(ResizeMode::Blocking).build()
}

#[cfg(test)]
mod tests {
    use stagedoor_protocol::id::GrantId;

    use super::*;

    #[test]
    fn what_ends_under_a_clock_that_was_set_back_is_kept_as_long() {
        let ended = Ended::new(60);
        let (issued, back) = (Timestamp::from_seconds(1000), Timestamp::from_seconds(900));
        ended.trim(issued);
        ended.revoke(Subject::Grant(GrantId(1)), back);
        ended.trim(issued.plus_seconds(59));
        assert!(
            ended.subjects.pin().contains_key(&Subject::Grant(GrantId(1))),
            "its token lives for a second yet"
        );
        ended.trim(issued.plus_seconds(66));
        assert!(ended.subjects.pin().is_empty());
    }
}
