//! The one place here that reads the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use stagedoor_protocol::Timestamp;

/// Runs from its making.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "measuring is what this program is for")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The machine's time.
pub(crate) fn now() -> Timestamp {
    Timestamp(since_epoch().as_millis().try_into().unwrap_or(i64::MAX))
}

/// The same with fractions, to be held against what the kernel notes.
pub(crate) fn now_millis() -> f64 {
    since_epoch().as_secs_f64() * 1e3
}

#[expect(clippy::disallowed_methods, reason = "rows that a server is to find alive need the time it has")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
