//! The one place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use stagedoor_protocol::Timestamp;

/// The process's clock. `dev` can move it; clones move together.
#[derive(Clone, Default, Debug)]
pub struct Clock {
    offset_millis: Arc<AtomicI64>,
}

impl Clock {
    /// The time now, moved by what was asked for.
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Timestamp(millis.saturating_add(self.offset_millis.load(Ordering::Relaxed)))
    }

    /// Moves the clock forward, or back where negative.
    pub fn advance(&self, seconds: i64) {
        let millis = seconds.saturating_mul(1000);
        self.offset_millis.fetch_add(millis, Ordering::Relaxed);
    }

    /// Sets the clock to the machine's time again.
    pub fn set_back(&self) {
        self.offset_millis.store(0, Ordering::Relaxed);
    }
}
