//! Numbers and times as people read them. All times are UTC.

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::usage::{Day, Hour};

/// `19,204`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// For a scale, in five letters: `750`, `2,500`, `25k`, `1.5M`.
pub(super) fn short(value: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")];
    let Some((from, unit)) = UNITS.into_iter().find(|(from, _)| value >= *from) else { return number(value) };
    let of = if unit == "k" { 1000 } else { from };
    let tenths = value / (of / 10);
    match tenths % 10 {
        0 => format!("{}{unit}", number(tenths / 10)),
        tenth => format!("{}.{tenth}{unit}", tenths / 10),
    }
}

/// A share in percent: `4.4 %`, `under 0.1 %`.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1000).div_ceil(u128::from(whole.max(1)));
    match (tenths, part) {
        (0 | 1, 1..) if u128::from(part) * 1000 < u128::from(whole) => "under 0.1 %".to_owned(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// `Thu`.
pub(super) fn weekday(time: Timestamp) -> &'static str {
    // The epoch began on a Thursday.
    ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Day::of(time).0.rem_euclid(7) as usize]
}

/// `26 Nov`.
pub(super) fn date(time: Timestamp) -> String {
    format!("{} {}", day_of_month(time), month(time))
}

/// `26`.
pub(super) fn day_of_month(time: Timestamp) -> u32 {
    part(time, 8, 10).unwrap_or(0)
}

/// `Nov`.
pub(super) fn month(time: Timestamp) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = part(time, 5, 7).unwrap_or(0) as usize;
    MONTHS.get(number.wrapping_sub(1)).copied().unwrap_or("?")
}

/// `14:00`.
pub(super) fn hour(time: Timestamp) -> String {
    format!("{:02}:00", hour_of_day(time))
}

/// 0 to 23.
pub(super) fn hour_of_day(time: Timestamp) -> i64 {
    Hour::of(time).0.rem_euclid(24)
}

/// `26 Nov, 20:58`.
pub(super) fn minute(time: Timestamp) -> String {
    let text = time.to_string();
    format!("{}, {}", date(time), text.get(11..16).unwrap_or("?"))
}

/// Digits of `2026-11-26T20:58:00Z`.
fn part(time: Timestamp, from: usize, to: usize) -> Option<u32> {
    time.to_string().get(from..to)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, long, shortly) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (2_500, "2,500", "2,500"),
            (12_500, "12,500", "12.5k"),
            (100_000, "100,000", "100k"),
            (1_500_000, "1,500,000", "1.5M"),
            (2_000_000_000, "2,000,000,000", "2G"),
        ] {
            assert_eq!((number(value).as_str(), short(value).as_str()), (long, shortly));
        }
        let shares = [percent(842, 19_204), percent(0, 5), percent(1, 5000), percent(5, 5), percent(0, 0)];
        assert_eq!(shares, ["4.4 %", "0.0 %", "under 0.1 %", "100.0 %", "0.0 %"]);
    }

    #[test]
    fn times() {
        let time = Timestamp::from_rfc3339("2026-11-26T20:58:31Z").unwrap();
        assert_eq!((weekday(time), date(time).as_str(), hour(time).as_str()), ("Thu", "26 Nov", "20:00"));
        assert_eq!(minute(time), "26 Nov, 20:58");
        assert_eq!((hour_of_day(time), day_of_month(time), month(time)), (20, 26, "Nov"));
    }
}
