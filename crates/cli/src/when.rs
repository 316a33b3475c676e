//! Times and spans as people read them.

use jiff::Zoned;
use jiff::tz::TimeZone;
use stagedoor_wire::Timestamp;

/// A span in its two largest units: `4 min`, `2 h 5 min`, `181 days`.
pub(crate) fn span(seconds: u32) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 if !seconds.is_multiple_of(60) => format!("{minutes} min {} s", seconds % 60),
        60..3600 => format!("{minutes} min"),
        3600..172_800 if !minutes.is_multiple_of(60) => format!("{hours} h {} min", minutes % 60),
        3600..172_800 => format!("{hours} h"),
        _ => format!("{days} days"),
    }
}

/// A wall-clock time, with as much of it as is needed: `14:32:05` within ten minutes, `14:32`, `tomorrow 14:32`,
/// `2027-05-22 14:32`.
pub(crate) fn clock(at: Timestamp, now: Timestamp) -> String {
    clock_in(at, now, &TimeZone::system())
}

fn clock_in(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (Some(at), Some(now)) = (zoned(at, zone), zoned(now, zone)) else { return "never".to_owned() };
    if at.duration_since(&now).as_secs().unsigned_abs() < 600 {
        at.strftime("%H:%M:%S").to_string()
    } else if at.date() == now.date() {
        at.strftime("%H:%M").to_string()
    } else if now.tomorrow().is_ok_and(|tomorrow| tomorrow.date() == at.date()) {
        at.strftime("tomorrow %H:%M").to_string()
    } else {
        at.strftime("%F %H:%M").to_string()
    }
}

/// A day: `22 May 2027`.
pub(crate) fn day(at: Timestamp) -> String {
    zoned(at, &TimeZone::system())
        .map_or_else(|| "never".to_owned(), |at| at.strftime("%-d %B %Y").to_string())
}

/// For programs (RFC 3339), in UTC and whole seconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).map_or_else(|_| String::new(), |at| at.to_string())
}

/// For names of files: `20260831T000000Z`.
pub(crate) fn compact(at: Timestamp) -> String {
    zoned(at, &TimeZone::UTC).map_or_else(String::new, |at| at.strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (600, "10 min"),
            (3599, "59 min"),
            (3600, "1 h"),
            (7500, "2 h 5 min"),
            (86_400, "24 h"),
            (172_800, "2 days"),
            (15_638_400, "181 days"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(seconds), text);
        }
    }

    #[test]
    fn only_as_much_of_the_date_as_is_needed() {
        let now = Timestamp::from_seconds(1_788_134_400); // 2026-08-31T00:00:00Z
        let cases = [
            (61, "00:01:01"),
            (3600, "01:00"),
            (86_400, "tomorrow 00:00"),
            (3 * 86_400, "2026-09-03 00:00"),
            (-3600, "2026-08-30 23:00"),
        ];
        for (seconds, text) in cases {
            assert_eq!(clock_in(now.plus_seconds(seconds), now, &TimeZone::UTC), text);
        }
        assert_eq!(rfc3339(now), "2026-08-31T00:00:00Z");
        assert_eq!(compact(now), "20260831T000000Z");
    }
}
