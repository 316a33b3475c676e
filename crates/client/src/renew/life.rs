//! How long a token still lives, by clocks that may be wrong.

use crate::clock::Moment;
use crate::credential::AccessToken;

/// A token is renewed before its end: a minute, or a tenth of a shorter life.
const EARLY_MILLIS: u64 = 60_000;
/// How far a wall clock may run back without anything being amiss.
const SLACK_MILLIS: i64 = 60_000;

/// Milliseconds `access` still lives at `now`; 0 once it is spent, or when the clocks do not let it be told.
pub fn remaining_millis(access: &AccessToken, now: Moment) -> u64 {
    // An answer that grants no time at all would be asked for anew without end.
    let life = u64::from(access.seconds.max(1)) * 1000;
    age_millis(access, now).map_or(0, |age| life.saturating_sub(age))
}

/// How long before its end `access` is renewed. It counts from the life that was left when the provider gave it, so a
/// token that is served again with little left is not asked for again and again.
pub fn early_millis(access: &AccessToken) -> u64 {
    EARLY_MILLIS.min(u64::from(access.seconds) * 100)
}

/// `None` when time ran backwards: better to renew than to believe in a token without end.
fn age_millis(access: &AccessToken, now: Moment) -> Option<u64> {
    let since = access.since;
    if since.boot != 0 && since.boot == now.boot {
        return now.boot_millis.checked_sub(since.boot_millis);
    }
    // After a restart only wall clocks are left. The provider's own `Date` tells whether this one was wrong when the token
    // came; of the two ages the greater is believed.
    let by_date = access.date.map(|date| now.wall_millis.saturating_sub(date.0));
    let by_clock = now.wall_millis.saturating_sub(since.wall_millis);
    let age = by_date.map_or(by_clock, |age| age.max(by_clock));
    (age >= -SLACK_MILLIS).then(|| u64::try_from(age).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_wire::{Secret, Timestamp};

    const SINCE: Moment = Moment { wall_millis: 1_000_000_000, boot_millis: 500_000, boot: 7 };

    fn token(date: Option<i64>) -> AccessToken {
        AccessToken {
            token: Secret::new("t"),
            scopes: None,
            since: SINCE,
            seconds: 3600,
            date: date.map(|millis| Timestamp(SINCE.wall_millis + millis)),
        }
    }

    fn restarted(wall_millis: i64) -> Moment {
        Moment { wall_millis: SINCE.wall_millis + wall_millis, boot_millis: 1, boot: 8 }
    }

    #[test]
    fn within_one_boot_the_wall_clock_says_nothing() {
        for wall_millis in [i64::MIN, 0, SINCE.wall_millis, i64::MAX] {
            let now = Moment { wall_millis, boot_millis: 500_000 + 10_000, boot: 7 };
            assert_eq!(remaining_millis(&token(Some(0)), now), 3_590_000);
        }
    }

    #[test]
    fn after_a_restart_the_wall_clock_and_the_date_say_it() {
        assert_eq!(remaining_millis(&token(None), restarted(600_000)), 3_000_000);
        // The clock was an hour ahead when the token came and has been set right since.
        assert_eq!(remaining_millis(&token(Some(-3_600_000)), restarted(-3_000_000)), 3_000_000);
        // It was an hour behind.
        assert_eq!(remaining_millis(&token(Some(3_600_000)), restarted(3_600_000)), 0);
    }

    #[test]
    fn time_that_ran_backwards_ends_a_token() {
        assert_eq!(remaining_millis(&token(None), restarted(-3_600_000)), 0);
        assert_eq!(remaining_millis(&token(None), restarted(-1_000)), 3_600_000);
        let earlier = Moment { boot_millis: 1, ..SINCE };
        assert_eq!(remaining_millis(&token(None), earlier), 0);
    }

    #[test]
    fn early_by_a_minute_or_a_tenth() {
        let early = |seconds| early_millis(&AccessToken { seconds, ..token(None) });
        assert_eq!((early(3600), early(600), early(50), early(0)), (60_000, 60_000, 5_000, 0));
    }
}
