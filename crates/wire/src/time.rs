//! Time as a value.

use jiff::{Span, tz::TimeZone};

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From whole seconds since the Unix epoch.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Later by `seconds`; earlier where negative.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Later by calendar months in UTC; a day the month lacks becomes its last.
    pub fn plus_months(self, months: u8) -> Self {
        let later = jiff::Timestamp::from_millisecond(self.0)
            .and_then(|time| time.to_zoned(TimeZone::UTC).checked_add(Span::new().months(i64::from(months))));
        later.map_or(Self(i64::MAX), |time| Self(time.timestamp().as_millisecond()))
    }

    /// Whole seconds from `now` until this time, rounded down; 0 when it has passed.
    pub fn seconds_from(self, now: Timestamp) -> u32 {
        u32::try_from((self.0.saturating_sub(now.0)).max(0) / 1000).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_months_by_the_calendar() {
        let august_31 = Timestamp::from_seconds(1_788_134_400); // 2026-08-31T00:00:00Z
        let february_28 = Timestamp::from_seconds(1_803_772_800); // 2027-02-28T00:00:00Z
        assert_eq!(august_31.plus_months(6), february_28);
    }

    #[test]
    fn remaining_seconds_round_down() {
        assert_eq!(Timestamp(5_999).seconds_from(Timestamp(1_000)), 4);
        assert_eq!(Timestamp(1_000).seconds_from(Timestamp(5_999)), 0);
    }
}
