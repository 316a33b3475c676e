//! The public name of an app (RFC 6749 §2.2).

use std::fmt;

/// A client identifier: 1–128 unreserved characters (`A–Z a–z 0–9 . _ ~ -`), so that form-encoding never changes it and
/// it means the same in a form, a query and a Basic header.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ClientId(Box<str>);

/// The text cannot be a client identifier.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a client id is 1 to 128 characters out of A–Z a–z 0–9 . _ ~ -")]
pub struct InvalidClientId;

impl ClientId {
    /// Checks and wraps `text`.
    pub fn new(text: &str) -> Result<Self, InvalidClientId> {
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(is_unreserved);
        if fits { Ok(Self(text.into())) } else { Err(InvalidClientId) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 3986 §2.3.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-')
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for ClientId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
