//! How long something takes. It bounds and measures work; no decision rests on it.

use std::time::{Duration, Instant};

/// Runs from its start, whatever is done to the clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    #[expect(clippy::disallowed_methods, reason = "a duration is measured, which no test has to move")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
