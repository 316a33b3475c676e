//! A time in UTC, to the second, as calls and reports write it.

use std::fmt;

use serde::Deserialize;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Fields in the order they compare.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(crate) struct Moment {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Moment {
    /// `2016-01-31 23:59:59`; also a bare date, and the ISO form with `T` and `Z` that JavaScript makes of a
    /// date.
    pub(super) fn read(text: &str) -> Option<Moment> {
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (date, clock(time)?),
            None => (text, [0, 0, 0]),
        };
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = time;
        let valid = (1..=12).contains(&month)
            && (1..=days(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        valid.then_some(Moment { year, month, day, hour, minute, second })
    }
}

/// `23:59:59`, perhaps with a fraction and `Z`.
fn clock(time: &str) -> Option<[u32; 3]> {
    let time = time.strip_suffix('Z').unwrap_or(time);
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| numbers(whole, ':', [2, 2, 2]))?
}

/// Three numbers of exactly so many digits.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let mut read = [0; 3];
    for (number, width) in read.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(read)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// `04 Jan 2021 23:22:11 GMT`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = MONTHS[self.month as usize - 1];
        write!(f, "{:02} {month} {:04} ", self.day, self.year)?;
        write!(f, "{:02}:{:02}:{:02} GMT", self.hour, self.minute, self.second)
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Moment, String> {
        Moment::read(&text).ok_or_else(|| format!("{text} is no time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_shown() {
        let cases = [
            ("2021-01-04 23:22:11", Some("04 Jan 2021 23:22:11 GMT")),
            ("2021-01-04", Some("04 Jan 2021 00:00:00 GMT")),
            ("2021-01-04T23:22:11.250Z", Some("04 Jan 2021 23:22:11 GMT")),
            ("2021-01-04T23:22:11Z", Some("04 Jan 2021 23:22:11 GMT")),
            ("2024-02-29", Some("29 Feb 2024 00:00:00 GMT")),
            ("2023-02-29", None),
            ("1900-02-29", None),
            ("2021-04-31", None),
            ("2021-00-10", None),
            ("2021-13-10", None),
            ("2021-01-00", None),
            ("2021-01-04 24:00:00", None),
            ("2021-01-04 23:60:00", None),
            ("2021-01-04 23:22", None),
            ("2021-01-04 23:22:11.", None),
            ("2021-01-04 23:22:11+01:00", None),
            ("2021-1-4", None),
            ("21-01-04", None),
            ("+021-01-04", None),
            ("２０21-01-04", None),
            ("2021-01-04-05", None),
            ("", None),
            (" ", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Moment::read(text).map(|moment| moment.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn moments_compare() {
        let read = |text| Moment::read(text).unwrap();
        assert!(read("2021-01-04 23:22:11") < read("2021-01-05"));
        assert!(read("2021-09-30 23:59:59") < read("2021-10-01"));
    }
}
