//! Rate limits by GCRA, the generic cell rate algorithm (ITU-T I.371): one number a key, the theoretical arrival time of
//! the next request; exact, without windows to game.

use std::sync::atomic::{AtomicI64, Ordering};

use papaya::HashMap;
use stagedoor_protocol::Timestamp;
use stagedoor_wire::dialect::Limit;

use super::Key;

/// Counters kept at most; beyond it those that have recovered are dropped.
const MAX_KEYS: usize = 200_000;

/// A rate with room for a burst.
pub struct RateLimit {
    /// Microseconds between requests in the long run.
    interval: i64,
    burst: i64,
    arrivals: HashMap<Key, AtomicI64>,
}

/// What a limit says of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub limit: u32,
    /// Requests that would pass right after this one.
    pub remaining: u32,
    /// Whole seconds until the whole burst is back, rounded up.
    pub reset_seconds: u32,
    /// Whole seconds until a request passes again, rounded up; 0 when this one did.
    pub retry_after_seconds: u32,
}

impl RateLimit {
    /// The limit a dialect names.
    pub fn new(limit: Limit) -> Self {
        let interval = 60_000_000 / i64::from(limit.per_minute.max(1));
        Self { interval: interval.max(1), burst: i64::from(limit.burst.max(1)), arrivals: HashMap::new() }
    }

    /// Counts one request of `key` at `now`, if it passes.
    pub fn check(&self, key: Key, now: Timestamp) -> Verdict {
        let now = now.0.saturating_mul(1000);
        let arrivals = self.arrivals.pin();
        if arrivals.len() > MAX_KEYS {
            arrivals.retain(|_, arrival| arrival.load(Ordering::Relaxed) > now);
        }
        let counter = arrivals.get_or_insert_with(key, || AtomicI64::new(now));
        let step = |arrival: i64| {
            let next = self.bounded(arrival, now).saturating_add(self.interval);
            (next.saturating_sub(now) <= self.window()).then_some(next)
        };
        match counter.fetch_update(Ordering::AcqRel, Ordering::Acquire, step) {
            Ok(arrival) => self.verdict(true, self.bounded(arrival, now) - now + self.interval, 0),
            Err(arrival) => {
                let used = self.bounded(arrival, now) - now;
                self.verdict(false, used, used + self.interval - self.window())
            }
        }
    }

    /// An arrival time further ahead than a whole burst was left by a clock that has been set back since: it counts anew.
    fn bounded(&self, arrival: i64, now: i64) -> i64 {
        if arrival > now.saturating_add(self.window()) { now } else { arrival.max(now) }
    }

    fn window(&self) -> i64 {
        self.interval.saturating_mul(self.burst)
    }

    fn verdict(&self, allowed: bool, used: i64, wait: i64) -> Verdict {
        let seconds = |micros: i64| u32::try_from((micros.max(0) + 999_999) / 1_000_000).unwrap_or(u32::MAX);
        Verdict {
            allowed,
            limit: u32::try_from(self.burst).unwrap_or(u32::MAX),
            remaining: u32::try_from((self.window() - used).max(0) / self.interval).unwrap_or(u32::MAX),
            reset_seconds: seconds(used),
            retry_after_seconds: seconds(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_protocol::id::AppId;

    const KEY: Key = Key::App(AppId(1));

    #[test]
    fn a_burst_then_the_rate() {
        let limit = RateLimit::new(Limit { burst: 3, per_minute: 60 });
        let at = |millis| limit.check(KEY, Timestamp(millis));
        let verdicts: Vec<_> = (0..4).map(|_| at(0)).collect();
        assert_eq!(verdicts.iter().map(|v| v.allowed).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!(verdicts.iter().map(|v| v.remaining).collect::<Vec<_>>(), [2, 1, 0, 0]);
        assert_eq!((verdicts[3].retry_after_seconds, verdicts[3].reset_seconds), (1, 3));
        assert!(!at(999).allowed);
        assert!(at(1000).allowed && !at(1000).allowed);
        assert_eq!(at(60_000).remaining, 2);
    }

    #[test]
    fn a_clock_set_back_locks_no_one_out() {
        let limit = RateLimit::new(Limit { burst: 2, per_minute: 60 });
        assert!(limit.check(KEY, Timestamp(86_400_000)).allowed);
        let allowed: Vec<_> = (0..3).map(|_| limit.check(KEY, Timestamp(0)).allowed).collect();
        assert_eq!(allowed, [true, true, false]);
    }

    #[test]
    fn keys_are_apart() {
        let limit = RateLimit::new(Limit { burst: 1, per_minute: 1 });
        assert!(limit.check(KEY, Timestamp(0)).allowed && !limit.check(KEY, Timestamp(0)).allowed);
        assert!(limit.check(Key::App(AppId(2)), Timestamp(0)).allowed);
    }

    #[test]
    fn threads_share_one_budget() {
        let limit = RateLimit::new(Limit { burst: 100, per_minute: 1 });
        let passed = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        if limit.check(KEY, Timestamp(0)).allowed {
                            passed.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(passed.into_inner(), 100);
    }
}
