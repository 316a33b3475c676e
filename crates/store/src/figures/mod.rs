//! What is counted: a few relaxed additions each, no lock and nothing to look up. The kinds of figures are for other crates
//! as well; what a figure is called and how it is read out is theirs to say.

mod histogram;

use std::sync::atomic::{AtomicU64, Ordering};

pub use histogram::{Buckets, Histogram, SECONDS};

pub use crate::stopwatch::Stopwatch;

/// A number that only grows.
#[derive(Default, Debug)]
pub struct Counter(AtomicU64);

/// What a store counts from its opening on.
#[derive(Debug)]
pub struct Figures {
    /// Apps that memory knew when they were asked for.
    pub cache_hits: Counter,
    /// Apps that the database had to be asked for, there or not.
    pub cache_misses: Counter,
    /// How long reads waited for a reader.
    pub read_waits: Histogram,
    /// How long the writer's transactions took, from BEGIN until they were durable or had failed.
    pub commits: Histogram,
    /// Jobs in each of them.
    pub batches: Histogram,
    /// Transactions that failed, each for all of its jobs.
    pub failed_commits: Counter,
}

/// Upper bounds of [`Figures::batches`], in jobs.
const JOBS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];

impl Counter {
    /// Counts one.
    pub fn one(&self) {
        self.add(1);
    }

    /// Counts so many.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            cache_hits: Counter::default(),
            cache_misses: Counter::default(),
            read_waits: Histogram::new(SECONDS),
            commits: Histogram::new(SECONDS),
            batches: Histogram::new(JOBS),
            failed_commits: Counter::default(),
        }
    }
}
