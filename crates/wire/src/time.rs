//! Time as a value.

use std::fmt;

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

    /// Reads an HTTP date (RFC 9110 §5.6.7) in the form servers send: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let time =
            jiff::fmt::rfc2822::parse(text.strip_suffix("GMT").map(|date| format!("{date}+0000"))?.trim());
        time.ok().map(|time| Self(time.timestamp().as_millisecond()))
    }

    /// Reads a time as programs write it (RFC 3339): `2026-11-22T08:00:00Z`.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse().ok().map(|time: jiff::Timestamp| Self(time.as_millisecond()))
    }

    /// The day in UTC as people write it: `22 Nov 2026`.
    pub fn to_day(self) -> String {
        let time = jiff::Timestamp::from_second(self.seconds()).unwrap_or(jiff::Timestamp::MAX);
        time.strftime("%-d %b %Y").to_string()
    }

    /// How long ago it was, in one word and unit: `12 minutes ago`; the day where that is more than a month.
    pub fn ago(self, now: Timestamp) -> String {
        let minutes = (now.0.saturating_sub(self.0)).max(0) / 60_000;
        let (number, unit) = match minutes {
            ..5 => return "just now".to_owned(),
            5..60 => (minutes, "minute"),
            60..1440 => (minutes / 60, "hour"),
            1440..43_200 => (minutes / 1440, "day"),
            _ => return self.to_day(),
        };
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{plural} ago")
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

/// Whole seconds in UTC: `2026-11-22T08:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.seconds()) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => f.write_str("beyond all calendars"),
        }
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
    fn shown_in_utc() {
        assert_eq!(Timestamp(1_788_134_400_999).to_string(), "2026-08-31T00:00:00Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), "beyond all calendars");
    }

    #[test]
    fn rfc3339() {
        let read = Timestamp::from_rfc3339;
        assert_eq!(read("2026-08-31T00:00:00Z"), Some(Timestamp::from_seconds(1_788_134_400)));
        assert_eq!(read("2026-08-31T02:00:00.5+02:00"), Some(Timestamp(1_788_134_400_500)));
        for odd in ["", "2026-08-31", "tomorrow", "2026-13-01T00:00:00Z"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn http_dates() {
        let read = Timestamp::from_http_date;
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Timestamp::from_seconds(784_111_777)));
        for odd in ["", "GMT", "Sun, 06 Nov 1994 08:49:37", "yesterday GMT", "Sun, 99 Nov 1994 08:49:37 GMT"]
        {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn remaining_seconds_round_down() {
        assert_eq!(Timestamp(5_999).seconds_from(Timestamp(1_000)), 4);
        assert_eq!(Timestamp(1_000).seconds_from(Timestamp(5_999)), 0);
    }

    #[test]
    fn for_people() {
        let now = Timestamp::from_seconds(1_800_000_000);
        assert_eq!(now.to_day(), "15 Jan 2027");
        for (seconds, says) in [
            (-5, "just now"),
            (299, "just now"),
            (300, "5 minutes ago"),
            (3600, "1 hour ago"),
            (7300, "2 hours ago"),
            (24 * 3600, "1 day ago"),
            (29 * 24 * 3600, "29 days ago"),
            (30 * 24 * 3600, "16 Dec 2026"),
        ] {
            assert_eq!(now.plus_seconds(-seconds).ago(now), says);
        }
    }
}
