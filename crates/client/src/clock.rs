//! The one place that reads the time: the wall clock, and the boot clock that nobody sets and that runs on in sleep.

use std::fs;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use stagedoor_wire::Timestamp;

/// Where the time is read. Clones move together.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Machine,
    Stopped { at: Moment, moved_millis: Arc<AtomicI64> },
}

impl Clock {
    /// The machine's clocks.
    pub fn machine() -> Self {
        Self(Kind::Machine)
    }

    /// A clock that stands still until it is moved, so that a test says what time it is.
    pub fn stopped_at(at: Moment) -> Self {
        Self(Kind::Stopped { at, moved_millis: Arc::default() })
    }

    /// The time now.
    pub fn now(&self) -> Moment {
        match &self.0 {
            Kind::Machine => machine_time(),
            Kind::Stopped { at, moved_millis } => at.moved(moved_millis.load(Ordering::Relaxed)),
        }
    }

    /// [`Moment::boot_millis`] of now alone, which costs half.
    pub fn boot_millis(&self) -> u64 {
        match &self.0 {
            Kind::Machine => boot_millis(),
            Kind::Stopped { .. } => self.now().boot_millis,
        }
    }

    /// Moves a stopped clock by `seconds`, back where negative. The machine's clocks are not ours to move.
    pub fn advance(&self, seconds: i64) {
        if let Kind::Stopped { moved_millis, .. } = &self.0 {
            moved_millis.fetch_add(seconds.saturating_mul(1000), Ordering::Relaxed);
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::machine()
    }
}

/// An instant on both clocks. It can be kept on disk and compared after a restart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since the Unix epoch, as the wall clock has it.
    pub wall_millis: i64,
    /// Milliseconds since the machine started, sleep included.
    pub boot_millis: u64,
    /// Which start of the machine that was; 0 where the system does not say.
    pub boot: u64,
}

impl Moment {
    /// The wall clock's time.
    pub fn wall(self) -> Timestamp {
        Timestamp(self.wall_millis)
    }

    /// Milliseconds from `self` to `later`: by the boot clock within one start of the machine, because nobody can set it;
    /// otherwise by the wall clock. Never negative.
    pub fn millis_until(self, later: Self) -> u64 {
        if self.boot != 0 && self.boot == later.boot {
            return later.boot_millis.saturating_sub(self.boot_millis);
        }
        u64::try_from(later.wall_millis.saturating_sub(self.wall_millis)).unwrap_or(0)
    }

    /// Later by `millis` on both clocks; earlier where negative.
    fn moved(self, millis: i64) -> Self {
        Self {
            wall_millis: self.wall_millis.saturating_add(millis),
            boot_millis: self.boot_millis.saturating_add_signed(millis),
            boot: self.boot,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
fn machine_time() -> Moment {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment {
        wall_millis: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
        boot_millis: boot_millis(),
        boot: this_boot(),
    }
}

fn boot_millis() -> u64 {
    let boot = clock_gettime(BOOT_CLOCK);
    let millis = boot.tv_sec.saturating_mul(1000).saturating_add(boot.tv_nsec / 1_000_000);
    u64::try_from(millis).unwrap_or(0)
}

/// Runs on in sleep and cannot be set.
#[cfg(target_os = "linux")]
const BOOT_CLOCK: ClockId = ClockId::Boottime;
/// The nearest that every Unix has; without a boot id ([`this_boot`]) it is compared with nothing.
#[cfg(not(target_os = "linux"))]
const BOOT_CLOCK: ClockId = ClockId::Monotonic;

/// Names this start of the machine: the kernel's random boot id, hashed; 0 where there is none. A container sees its host's.
fn this_boot() -> u64 {
    static BOOT: OnceLock<u64> = OnceLock::new();
    *BOOT.get_or_init(|| fs::read("/proc/sys/kernel/random/boot_id").map_or(0, |id| hash(&id)))
}

/// The same in every process of one build and, as it goes to disk, of later ones: FNV-1a, never 0.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_says_the_same_boot_twice_and_never_runs_back() {
        let (first, second) = (Clock::machine().now(), Clock::machine().now());
        assert_eq!(first.boot, second.boot);
        assert!(first.boot_millis <= second.boot_millis);
        assert!(cfg!(not(target_os = "linux")) || first.boot != 0);
    }

    #[test]
    fn a_wall_clock_that_is_set_changes_nothing_within_one_boot() {
        let then = Moment { wall_millis: 5_000, boot_millis: 1_000, boot: 7 };
        let set_back = Moment { wall_millis: -90_000, boot_millis: 4_000, boot: 7 };
        assert_eq!(then.millis_until(set_back), 3_000);
        let restarted = Moment { wall_millis: 9_000, boot_millis: 10, boot: 8 };
        assert_eq!(then.millis_until(restarted), 4_000);
        assert_eq!(restarted.millis_until(then), 0);
        let nameless = Moment { boot: 0, ..then };
        assert_eq!(nameless.millis_until(Moment { boot: 0, ..set_back }), 0);
    }

    #[test]
    fn a_stopped_clock_moves_when_told_and_with_its_clones() {
        let start = Moment { wall_millis: 5_000, boot_millis: 1_000, boot: 7 };
        let clock = Clock::stopped_at(start);
        let clone = clock.clone();
        clock.advance(2);
        assert_eq!(clone.now(), Moment { wall_millis: 7_000, boot_millis: 3_000, boot: 7 });
        assert_eq!(start.millis_until(clock.now()), 2_000);
    }
}
