//! Restoring a backup: what was issued after it was taken is known to nobody any more, and has to end all the same.

use crate::Timestamp;
use crate::id::ORIGIN_SECONDS;

/// The epoch that everything in a restored database has from now on: above `highest`, the highest in it, and above all that
/// its apps, teams and accounts can have had since.
///
/// An epoch rises by one at a time, from zero or from what the last restoration gave it. Seconds have passed faster: only
/// what was revoked more than once a second, all the time since then, could have come as far.
pub fn epoch(highest: u32, now: Timestamp) -> u32 {
    let seconds = (now.seconds() - ORIGIN_SECONDS).clamp(0, i64::from(u32::MAX - 1)) as u32;
    seconds.max(highest.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_above_all_that_was() {
        let at = |seconds| Timestamp::from_seconds(ORIGIN_SECONDS + seconds);
        let cases = [
            (0, at(1_000), 1_000),
            (999, at(1_000), 1_000),
            (1_000, at(1_000), 1_001),
            // Restored twice in a second.
            (epoch(0, at(1_000)), at(1_000), 1_001),
            // A clock that is far behind.
            (0, Timestamp(0), 1),
            (7, Timestamp(0), 8),
        ];
        for (highest, now, expected) in cases {
            assert_eq!(epoch(highest, now), expected, "{highest} at {now:?}");
        }
    }
}
