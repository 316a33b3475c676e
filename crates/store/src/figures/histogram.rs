//! How often something was how large, by buckets with fixed bounds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Buckets there is room for, with the one above every bound.
const ROOM: usize = 16;

/// Upper bounds for what takes time, in microseconds.
pub const SECONDS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000,
];

/// Two additions a value. It has cache lines of its own: those who count elsewhere are not slowed.
#[derive(Debug)]
#[repr(align(64))]
pub struct Histogram {
    bounds: &'static [u64],
    sum: AtomicU64,
    within: [AtomicU64; ROOM],
}

/// A histogram as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buckets {
    /// Each bound, and how many values were at most that.
    pub up_to: Vec<(u64, u64)>,
    /// How many values there were.
    pub count: u64,
    /// All of them together.
    pub sum: u64,
}

impl Histogram {
    /// A histogram with these upper bounds, which rise; at most 15.
    pub const fn new(bounds: &'static [u64]) -> Self {
        assert!(bounds.len() < ROOM);
        Self { bounds, sum: AtomicU64::new(0), within: [const { AtomicU64::new(0) }; ROOM] }
    }

    /// Counts a value.
    pub fn count(&self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.within[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time, in microseconds.
    pub fn took(&self, time: Duration) {
        self.count(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// What was counted. Whoever counts meanwhile may be in the sum and not in a bucket yet, or the other way round.
    pub fn read(&self) -> Buckets {
        let mut count = 0;
        let mut up_to = Vec::with_capacity(self.bounds.len());
        for (bound, within) in self.bounds.iter().zip(&self.within) {
            count += within.load(Ordering::Relaxed);
            up_to.push((*bound, count));
        }
        count += self.within[self.bounds.len()].load(Ordering::Relaxed);
        Buckets { up_to, count, sum: self.sum.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_the_bound_is_within_it() {
        let histogram = Histogram::new(&[10, 20]);
        for value in [0, 10, 11, 20, 21, 1000] {
            histogram.count(value);
        }
        assert_eq!(histogram.read(), Buckets { up_to: vec![(10, 2), (20, 4)], count: 6, sum: 1062 });
    }

    #[test]
    fn times_are_microseconds() {
        let histogram = Histogram::new(SECONDS);
        histogram.took(Duration::from_millis(1));
        let Buckets { up_to, count, sum } = histogram.read();
        assert_eq!((count, sum), (1, 1000));
        assert!(up_to.contains(&(500, 0)) && up_to.contains(&(1000, 1)));
    }
}
