//! Quotas: a number of calls per team and window of 30 days, counted in memory.

use std::sync::atomic::{AtomicU64, Ordering};

use papaya::HashMap;
use stagedoor_protocol::Timestamp;

use super::Key;

const WINDOW_SECONDS: i64 = 30 * 24 * 3600;

/// Calls counted per key and window.
pub struct QuotaCounter {
    calls: u64,
    used: HashMap<(Key, i64), AtomicU64>,
}

impl QuotaCounter {
    /// A quota of so many calls.
    pub fn new(calls: u64) -> Self {
        Self { calls, used: HashMap::new() }
    }

    /// Whether it allows as much.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.calls == other.calls
    }

    /// Calls left.
    pub fn remaining(&self, key: Key, now: Timestamp) -> u64 {
        let used = self.used.pin();
        self.calls.saturating_sub(used.get(&slot(key, now)).map_or(0, |used| used.load(Ordering::Relaxed)))
    }

    /// Counts a call that was answered.
    pub fn count(&self, key: Key, now: Timestamp) {
        let used = self.used.pin();
        used.get_or_insert_with(slot(key, now), || AtomicU64::new(0)).fetch_add(1, Ordering::Relaxed);
    }

    /// Seconds until the window ends.
    pub fn reset_seconds(now: Timestamp) -> u32 {
        u32::try_from(WINDOW_SECONDS - now.seconds().rem_euclid(WINDOW_SECONDS)).unwrap_or(u32::MAX)
    }

    /// Forgets windows that are over.
    pub fn clean(&self, now: Timestamp) {
        let current = window(now);
        self.used.pin().retain(|(_, window), _| *window >= current);
    }
}

fn slot(key: Key, now: Timestamp) -> (Key, i64) {
    (key, window(now))
}

fn window(now: Timestamp) -> i64 {
    now.seconds().div_euclid(WINDOW_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_protocol::id::TeamId;

    #[test]
    fn counts_within_a_window() {
        let (quota, key) = (QuotaCounter::new(2), Key::Team(TeamId(1)));
        let now = Timestamp::from_seconds(10);
        quota.count(key, now);
        assert_eq!(quota.remaining(key, now), 1);
        quota.count(key, now);
        quota.count(key, now);
        assert_eq!(quota.remaining(key, now), 0);
        let next = now.plus_seconds(WINDOW_SECONDS);
        assert_eq!(quota.remaining(key, next), 2);
        quota.clean(next);
        assert!(quota.used.pin().is_empty());
    }
}
