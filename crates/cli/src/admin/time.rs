//! Times as people type them: `2027-01-31`, `90d`, `12h`, or RFC 3339.

use stagedoor_server::Clock;
use stagedoor_wire::Timestamp;

/// A time to come, for the server.
pub(super) fn to_come(text: &str) -> Result<String, String> {
    read(text, Clock::default().now(), 1)
}

/// A time that has been, for the server.
pub(super) fn been(text: &str) -> Result<String, String> {
    read(text, Clock::default().now(), -1)
}

fn read(text: &str, now: Timestamp, sign: i64) -> Result<String, String> {
    let unit = [("d", 24 * 3600), ("h", 3600), ("min", 60)].into_iter().find_map(|(unit, seconds)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(seconds).filter(|_| number >= 0)
    });
    if let Some(seconds) = unit {
        return Ok(now.plus_seconds(sign * seconds).to_string());
    }
    let whole = [text.to_owned(), format!("{text}T00:00:00Z")];
    let time = whole.iter().find_map(|text| Timestamp::from_rfc3339(text));
    time.map(|time| time.to_string()).ok_or_else(|| {
        "write a day such as 2027-01-31, a span such as 90d or 12h, or 2027-01-31T12:00:00Z".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let now = Timestamp::from_seconds(1_788_134_400); // 2026-08-31T00:00:00Z
        let cases = [
            ("2027-01-31", 1, Some("2027-01-31T00:00:00Z")),
            ("2027-01-31T12:00:00+01:00", 1, Some("2027-01-31T11:00:00Z")),
            ("2d", 1, Some("2026-09-02T00:00:00Z")),
            ("12h", -1, Some("2026-08-30T12:00:00Z")),
            ("30min", 1, Some("2026-08-31T00:30:00Z")),
            ("-2d", 1, None),
            ("soon", 1, None),
            ("", 1, None),
        ];
        for (text, sign, expected) in cases {
            assert_eq!(read(text, now, sign).ok().as_deref(), expected, "{text}");
        }
    }
}
