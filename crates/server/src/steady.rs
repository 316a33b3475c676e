//! Time that does not go back when the machine's clock is set back.
//!
//! What was issued a moment ago would otherwise be from the future, and be refused; what ended would live again. While the
//! machine's clock is behind, time goes on at half its pace until the two meet.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use stagedoor_protocol::Timestamp;

/// Further back than this the clock was wrong before, and it is followed: five minutes in milliseconds, more than what keeps
/// clocks right takes back at once.
const FURTHEST_BACK: i64 = 5 * 60 * 1000;
/// So little, in milliseconds, is waited for rather than made up.
const WAITED_FOR: i64 = 1000;

#[derive(Debug)]
pub(crate) struct Steady {
    /// The latest time that was given.
    latest: AtomicI64,
    behind: Mutex<Option<Behind>>,
}

/// Where the two times stood when the machine's was last set back.
#[derive(Debug, Clone, Copy)]
struct Behind {
    machine: i64,
    given: i64,
}

impl Default for Steady {
    fn default() -> Self {
        Self { latest: AtomicI64::new(i64::MIN), behind: Mutex::default() }
    }
}

impl Steady {
    /// The time to give when the machine's clock shows `machine`: mostly that.
    pub(crate) fn time(&self, machine: Timestamp) -> Timestamp {
        let latest = self.latest.load(Ordering::Relaxed);
        if machine.0 < latest {
            return Timestamp(self.while_behind(machine.0));
        }
        // Written once a millisecond at most, so that who only asks shares no written memory.
        if machine.0 > latest {
            self.latest.fetch_max(machine.0, Ordering::Relaxed);
        }
        machine
    }

    fn while_behind(&self, machine: i64) -> i64 {
        // Nothing panics while it is held.
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = self.latest.load(Ordering::Relaxed);
        let back_millis = latest.saturating_sub(machine);
        if back_millis > FURTHEST_BACK {
            tracing::error!(
                back_millis,
                "the machine's clock was far ahead and was set back: what was issued meanwhile is refused until its time comes"
            );
            *behind = None;
            self.latest.store(machine, Ordering::Relaxed);
            return machine;
        }
        let made_up = behind.map(|from| from.given + (machine - from.machine) / 2);
        let given = match made_up {
            Some(time) if latest - time <= WAITED_FOR => time.max(latest),
            _ if back_millis <= WAITED_FOR => latest,
            _ => {
                tracing::warn!(
                    back_millis,
                    "the machine's clock was set back; time goes slower until it has caught up"
                );
                *behind = Some(Behind { machine, given: latest });
                latest
            }
        };
        self.latest.fetch_max(given, Ordering::Relaxed);
        given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_800_000_000_000;

    fn given(steady: &Steady, machine: impl IntoIterator<Item = i64>) -> Vec<i64> {
        machine.into_iter().map(|millis| steady.time(Timestamp(NOON + millis)).0 - NOON).collect()
    }

    #[test]
    fn it_is_the_machines() {
        let times = [0, 0, 1, 5_000, 86_400_000];
        assert_eq!(given(&Steady::default(), times), times);
    }

    #[test]
    fn set_back_by_half_a_minute() {
        let steady = Steady::default();
        assert_eq!(
            given(&steady, [0, -30_000, -30_000, -28_000, 0, 14_000, 20_000]),
            [0, 0, 0, 1_000, 15_000, 22_000, 25_000]
        );
        assert_eq!(given(&steady, [30_000, 30_001, 40_000]), [30_000, 30_001, 40_000], "they have met");
    }

    #[test]
    fn set_back_again_and_again() {
        let steady = Steady::default();
        assert_eq!(given(&steady, [0, -30_000, -20_000]), [0, 0, 5_000]);
        assert_eq!(given(&steady, [-50_000, -40_000]), [5_000, 10_000], "before they have met");
        assert_eq!(given(&steady, [60_000, 70_000]), [60_000, 70_000]);
        assert_eq!(given(&steady, [40_000, 50_000, 100_000]), [70_000, 75_000, 100_000], "and after");
    }

    #[test]
    fn a_little_is_waited_for() {
        let steady = Steady::default();
        assert_eq!(given(&steady, [0, -1_000, -500, 0, 1]), [0, 0, 0, 0, 1]);
    }

    /// Someone set a wrong date, and right again.
    #[test]
    fn far_back_is_followed() {
        let steady = Steady::default();
        assert_eq!(given(&steady, [FURTHEST_BACK + 1, 0, 7]), [FURTHEST_BACK + 1, 0, 7]);
    }

    #[test]
    fn it_never_goes_back() {
        let steady = Steady::default();
        let mut random = 1_u64;
        let (mut machine, mut before) = (0, i64::MIN);
        for _ in 0..10_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let step = (random >> 33) as i64 % 20_000;
            // Fifteen steps ahead, one back, of up to twenty seconds.
            machine += if random >> 60 == 0 { -step } else { step / 4 };
            let time = given(&steady, [machine])[0];
            assert!(
                time >= before.max(machine) && time - machine <= FURTHEST_BACK,
                "{time} {before} {machine}"
            );
            before = time;
        }
    }
}
