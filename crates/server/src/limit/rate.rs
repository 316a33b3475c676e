//! Rate limits by GCRA, the generic cell rate algorithm (ITU-T I.371): one number a key, the theoretical arrival time of
//! the next request; exact, without windows to game.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use papaya::HashMap;
use stagedoor_protocol::Timestamp;
use stagedoor_wire::dialect::Limit;

use super::Key;

/// Beyond so many counters, those that have recovered are dropped. Where that leaves nearly as many, looking through them
/// again waits until there are twice as many: no flood of addresses makes every request look through all.
const MANY_KEYS: usize = 200_000;

/// A rate with room for a burst.
pub struct RateLimit {
    /// Microseconds between requests in the long run.
    interval: i64,
    burst: i64,
    arrivals: HashMap<Key, AtomicI64>,
    drop_above: AtomicUsize,
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
        Self {
            interval: interval.max(1),
            burst: i64::from(limit.burst.max(1)),
            arrivals: HashMap::new(),
            drop_above: AtomicUsize::new(MANY_KEYS),
        }
    }

    /// One that recovers slowly: one request in so many seconds, with room for a burst.
    pub fn one_in(seconds: u32, burst: u32) -> Self {
        let limit = Self::new(Limit { burst, per_minute: 1 });
        Self { interval: i64::from(seconds.max(1)) * 1_000_000, ..limit }
    }

    /// Whether it allows as much.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (self.interval, self.burst) == (other.interval, other.burst)
    }

    /// Whole seconds until a request of `key` would pass, rounded up; 0 when one would now. Counts nothing.
    pub fn wait_seconds(&self, key: Key, now: Timestamp) -> u32 {
        let now = now.0.saturating_mul(1000);
        let arrivals = self.arrivals.pin();
        let Some(arrival) = arrivals.get(&key) else { return 0 };
        let used = self.bounded(arrival.load(Ordering::Acquire), now) - now;
        whole_seconds(used + self.interval - self.window())
    }

    /// Counts one request of `key` at `now`, if it passes.
    pub fn check(&self, key: Key, now: Timestamp) -> Verdict {
        let now = now.0.saturating_mul(1000);
        let arrivals = self.arrivals.pin();
        if arrivals.len() > self.drop_above.load(Ordering::Relaxed) {
            // Whoever comes meanwhile goes on.
            self.drop_above.store(usize::MAX, Ordering::Relaxed);
            arrivals.retain(|_, arrival| arrival.load(Ordering::Relaxed) > now);
            self.drop_above.store(MANY_KEYS.max(2 * arrivals.len()), Ordering::Relaxed);
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
        Verdict {
            allowed,
            limit: u32::try_from(self.burst).unwrap_or(u32::MAX),
            remaining: u32::try_from((self.window() - used).max(0) / self.interval).unwrap_or(u32::MAX),
            reset_seconds: whole_seconds(used),
            retry_after_seconds: whole_seconds(wait),
        }
    }
}

fn whole_seconds(micros: i64) -> u32 {
    u32::try_from((micros.max(0) + 999_999) / 1_000_000).unwrap_or(u32::MAX)
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
    fn looking_counts_nothing() {
        let limit = RateLimit::new(Limit { burst: 2, per_minute: 60 });
        let wait = |millis| limit.wait_seconds(KEY, Timestamp(millis));
        assert_eq!([wait(0), wait(0), wait(0)], [0, 0, 0]);
        for waits in [0, 1] {
            limit.check(KEY, Timestamp(0));
            assert_eq!(wait(0), waits);
        }
        assert_eq!([wait(1), wait(999), wait(1000)], [1, 1, 0]);
        assert!(limit.check(KEY, Timestamp(1000)).allowed && !limit.check(KEY, Timestamp(1000)).allowed);
        assert_eq!(limit.wait_seconds(Key::App(AppId(2)), Timestamp(0)), 0);
    }

    /// More keys than are meant to be, none of which has recovered: they are not all looked through for each request.
    #[test]
    fn a_flood_of_keys() {
        let limit = RateLimit::new(Limit { burst: 1, per_minute: 1 });
        let from = |keys: std::ops::RangeInclusive<usize>, millis| {
            for key in keys {
                limit.check(Key::App(AppId(key as i64)), Timestamp(millis));
            }
            (limit.arrivals.len(), limit.drop_above.load(Ordering::Relaxed))
        };
        let (many, twice) = (MANY_KEYS, 2 * (MANY_KEYS + 1));
        assert_eq!(from(1..=many + 1, 0), (many + 1, many));
        assert_eq!(from(0..=0, 0), (many + 2, twice), "looked through once");
        assert_eq!(from(many + 2..=twice, 0), (twice + 1, twice));
        // A minute later all have recovered.
        assert_eq!(from(0..=0, 60_000), (1, many));
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
        let passed = AtomicUsize::new(0);
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
