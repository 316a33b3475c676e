//! Text that must not be seen: client secrets, tokens, codes, passwords.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret as it crosses the wire. It has no `Display`, `Serialize` or `==`; its `Debug` is redacted and its memory is
/// cleared when dropped. [`Secret::expose`] is the one way to the text, so every use can be found.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Never log it, never put it in a URL or an error.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in time that depends on the lengths alone (RFC 6749 §10.10, RFC 9700 §4.14).
    pub fn ct_eq(&self, other: &Secret) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }

    #[test]
    fn compares_whole_texts() {
        let secret = Secret::new("hunter2");
        assert!(secret.ct_eq(&Secret::new("hunter2")));
        assert!(!secret.ct_eq(&Secret::new("hunter")));
        assert!(!secret.ct_eq(&Secret::new("hunter3")));
    }
}
