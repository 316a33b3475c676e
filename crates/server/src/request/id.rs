//! The name of a request.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue};
use rand::Rng;

use super::ID;
use crate::entropy;

/// Longest name that is taken up.
const MOST: usize = 64;
/// A UUID as text.
const UUID: usize = 36;

/// A name made here is a random UUID; one that a proxy gave is of up to 64 characters out of `A–Z a–z 0–9 . _ -`, so that it
/// can be put anywhere without harm. It is kept as the header field it becomes, so that clones share one text.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The name that a trusted proxy gave, where it is a safe one; else a new one.
    pub(crate) fn of_trusted(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all(ID).into_iter();
        let only = given.next().filter(|_| given.next().is_none());
        only.filter(|value| is_safe(value.as_bytes())).cloned().map_or_else(Self::random, Self)
    }

    /// RFC 9562 §5.4: a UUID of random bits.
    pub(crate) fn random() -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut bits = [0u8; 16];
        entropy::rng().fill_bytes(&mut bits);
        bits[6] = bits[6] & 0x0f | 0x40;
        bits[8] = bits[8] & 0x3f | 0x80;
        let mut text = [b'-'; UUID];
        let mut at = 0;
        for (number, byte) in bits.into_iter().enumerate() {
            if matches!(number, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = HEX[usize::from(byte >> 4)];
            text[at + 1] = HEX[usize::from(byte & 0x0f)];
            at += 2;
        }
        Self(HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("")))
    }

    pub fn as_str(&self) -> &str {
        // It is ASCII, made or checked here.
        std::str::from_utf8(self.0.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn is_safe(given: &[u8]) -> bool {
    let is_safe = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !given.is_empty() && given.len() <= MOST && given.iter().all(is_safe)
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_here() {
        let [one, other] = [RequestId::random(), RequestId::random()];
        assert_ne!(one, other);
        let groups: Vec<_> = one.as_str().split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{one}");
        assert!(one.as_str()[14..].starts_with('4') && "89ab".contains(&one.as_str()[19..20]), "{one}");
    }

    #[test]
    fn given_by_a_proxy() {
        let of = |values: &[&str]| {
            let lines = values.iter().map(|value| (ID, HeaderValue::from_str(value).unwrap()));
            RequestId::of_trusted(&lines.collect()).to_string()
        };
        let longest = "x".repeat(MOST);
        for good in ["b7", "4bf92f3577b34da6a3ce929d0e0e4736", "A.b_c-9", &longest] {
            assert_eq!(of(&[good]), good);
        }
        let longer = "x".repeat(MOST + 1);
        for bad in [&["a b"][..], &[""], &["a\"b"], &["a;b"], &[&longer], &["one", "two"], &[]] {
            assert_eq!(of(bad).len(), UUID, "{bad:?}");
        }
    }
}
