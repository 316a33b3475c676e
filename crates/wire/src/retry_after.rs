//! `Retry-After` (RFC 9110 §10.2.3): seconds or a date.

use crate::Timestamp;

/// Seconds to wait. A date counts from `date`, the answer's own `Date`, so that a wrong clock on this side changes
/// nothing; a fraction of a second is rounded up.
pub fn read(value: &[u8], date: Timestamp) -> Option<u32> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u32::MAX));
    }
    // Some servers count in fractions although the RFC has whole seconds.
    if let Some((whole, rest)) = text.split_once('.')
        && rest.bytes().chain(whole.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return whole.parse::<u32>().ok().map(|seconds| seconds.saturating_add(1));
    }
    Some(Timestamp::from_http_date(text)?.seconds_from(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates() {
        let date = Timestamp::from_seconds(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        for (value, seconds) in [
            ("86400", Some(86_400)),
            (" 5 ", Some(5)),
            ("99999999999", Some(u32::MAX)),
            ("1.5", Some(2)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(read(value.as_bytes(), date), seconds, "{value}");
        }
    }
}
