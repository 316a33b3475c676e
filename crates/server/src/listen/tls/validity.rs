//! From when until when a certificate is valid (RFC 5280 §4.1.2.5): as much DER as it takes to get there. It is only warned of;
//! who checks a certificate is the client.

use stagedoor_protocol::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Validity {
    /// What a certificate says. `None`: it cannot be read.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let certificate = Der(certificate).take(SEQUENCE)?;
        let mut tbs = Der(certificate).take(SEQUENCE).map(Der)?;
        if tbs.0.first() == Some(&VERSION) {
            tbs.element()?;
        }
        // Serial number, signature algorithm, issuer.
        for _ in 0..3 {
            tbs.element()?;
        }
        let mut validity = Der(tbs.take(SEQUENCE)?);
        Some(Self { from: validity.time()?, until: validity.time()? })
    }
}

/// Elements, one behind the other (X.690 §8.1).
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element's tag and content.
    fn element(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, length, rest @ ..] = self.0 else { return None };
        let (length, rest) = match *length {
            short @ 0..=0x7f => (usize::from(short), rest),
            0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
            0x82 => {
                let (length, rest) = rest.split_first_chunk()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            // Nothing in a certificate is longer.
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    /// The next element's content, if it is one of these.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element().filter(|(own, _)| *own == tag).map(|(_, content)| content)
    }

    fn time(&mut self) -> Option<Timestamp> {
        let (tag, content) = self.element()?;
        let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
        let text = match tag {
            // Two digits of a year: from 50 on they are of the last century.
            UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
            UTC_TIME => format!("19{text}"),
            GENERALIZED_TIME => text.to_owned(),
            _ => return None,
        };
        let is_time = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let days = is_time.then(|| days_from_civil(part(0..4)?, part(4..6)?, part(6..8)?))??;
        let seconds = part(8..10)? * 3600 + part(10..12)? * 60 + part(12..14)?;
        Some(Timestamp::from_seconds(days * 24 * 3600 + seconds))
    }
}

/// Days since 1970-01-01 in the Gregorian calendar: whole years of 365.2425 days that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let in_year = (153 * month + 2) / 5 + day - 1;
    Some(365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(tag: u8, text: &str) -> Option<String> {
        let mut element = vec![tag, text.len() as u8];
        element.extend_from_slice(text.as_bytes());
        Der(&element).time().map(|time| time.to_string())
    }

    #[test]
    fn times() {
        let cases = [
            (UTC_TIME, "700101000000Z", Some("1970-01-01T00:00:00Z")),
            (UTC_TIME, "491231235959Z", Some("2049-12-31T23:59:59Z")),
            (UTC_TIME, "500101000000Z", Some("1950-01-01T00:00:00Z")),
            (UTC_TIME, "240229120000Z", Some("2024-02-29T12:00:00Z")),
            (GENERALIZED_TIME, "21000301000000Z", Some("2100-03-01T00:00:00Z")),
            (GENERALIZED_TIME, "20991231235959Z", Some("2099-12-31T23:59:59Z")),
            (GENERALIZED_TIME, "700101000000Z", None),
            (UTC_TIME, "701301000000Z", None),
            (UTC_TIME, "7001010000Z", None),
            (UTC_TIME, "700101000000", None),
            (UTC_TIME, "é0101000000Z", None),
            (SEQUENCE, "700101000000Z", None),
        ];
        for (tag, text, expected) in cases {
            assert_eq!(time(tag, text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nonsense_is_refused(bytes: Vec<u8>) {
            let _ = Validity::of(&bytes);
        }
    }
}
