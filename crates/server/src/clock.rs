//! The one place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stagedoor_protocol::Timestamp;

use crate::steady::Steady;

/// The process's clock. `dev` can move it; clones move together.
#[derive(Clone, Default, Debug)]
pub struct Clock {
    machine: Machine,
    steady: Arc<Steady>,
    offset_millis: Arc<AtomicI64>,
}

/// Where the time comes from.
#[derive(Clone, Default, Debug)]
enum Machine {
    #[default]
    Real,
    /// A test says what it shows.
    Shows(Arc<AtomicI64>),
}

/// How far the clock can be moved either way, in milliseconds: 200 years.
const FURTHEST: i64 = 200 * 366 * 24 * 3600 * 1000;

impl Clock {
    /// A clock that stands still at `time` until it is moved, so that a test says what time it is.
    pub fn stopped_at(time: Timestamp) -> Self {
        Self { machine: Machine::Shows(Arc::new(AtomicI64::new(time.0))), ..Self::default() }
    }

    /// The time now, moved by what was asked for. It does not go back when the machine's clock is set back a little.
    pub fn now(&self) -> Timestamp {
        let Timestamp(millis) = self.steady.time(self.machine.time());
        Timestamp(millis.saturating_add(self.offset_millis.load(Ordering::Relaxed)))
    }

    /// Moves the clock forward, or back where negative. `false`: that is further than it goes, and it was not moved.
    pub fn advance(&self, seconds: i64) -> bool {
        self.advance_millis(seconds.saturating_mul(1000))
    }

    /// The same in milliseconds.
    pub fn advance_millis(&self, millis: i64) -> bool {
        let moved =
            |offset: i64| offset.checked_add(millis).filter(|offset| (-FURTHEST..=FURTHEST).contains(offset));
        self.offset_millis.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved).is_ok()
    }

    /// Undoes all moves.
    pub fn set_back(&self) {
        self.offset_millis.store(0, Ordering::Relaxed);
    }

    /// For tests: sets the clock of the machine that a stopped clock stands for, forward or back.
    pub fn step_machine(&self, seconds: i64) {
        if let Machine::Shows(millis) = &self.machine {
            millis.fetch_add(seconds.saturating_mul(1000), Ordering::Relaxed);
        }
    }
}

impl Machine {
    fn time(&self) -> Timestamp {
        match self {
            Self::Real => machine_time(),
            Self::Shows(millis) => Timestamp(millis.load(Ordering::Relaxed)),
        }
    }
}

fn machine_time() -> Timestamp {
    Timestamp(i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX))
}

/// The machine's own time, to the nanosecond: for traces alone, which go beside those of other programs.
pub(crate) fn nanoseconds() -> u64 {
    u64::try_from(since_epoch().as_nanos()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
