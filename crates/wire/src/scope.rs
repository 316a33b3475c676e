//! What a token may do (RFC 6749 §3.3).

use std::fmt;

/// A set of scope names in the order they were first named, held as the one text that goes on the wire.
#[derive(Clone, PartialEq, Eq, Default, Debug, Hash)]
pub struct Scopes(Box<str>);

/// The text is no scope list: a name holds a character outside RFC 6749's NQCHAR, or the list is longer than
/// [`Scopes::MAX_BYTES`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("malformed scope")]
pub struct InvalidScopes;

impl Scopes {
    /// Longest list taken, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// No scope at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads names separated by blanks; repeated names and blanks are folded.
    pub fn parse(text: &str) -> Result<Self, InvalidScopes> {
        let legal = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if text.len() > Self::MAX_BYTES || !text.bytes().all(legal) {
            return Err(InvalidScopes);
        }
        Ok(text.split(' ').filter(|name| !name.is_empty()).collect())
    }

    /// Takes up a text that [`Scopes::as_str`] gave and that was protected since: by a MAC or in a database. Nothing is
    /// checked again.
    pub fn restore(text: &str) -> Self {
        Self(text.into())
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|name| !name.is_empty())
    }

    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|own| own == name)
    }

    /// Whether every name is in `other` too.
    pub fn is_within(&self, other: &Scopes) -> bool {
        self.iter().all(|name| other.contains(name))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names separated by single blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of both, these first.
    pub fn union(&self, other: &Scopes) -> Scopes {
        self.iter().chain(other.iter()).collect()
    }

    /// The names also in `other`.
    pub fn intersection(&self, other: &Scopes) -> Scopes {
        self.iter().filter(|name| other.contains(name)).collect()
    }
}

impl<'a> FromIterator<&'a str> for Scopes {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        Self(seen.join(" ").into())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_blanks_and_repeats() {
        let scopes = Scopes::parse(" a  b a ").unwrap();
        assert_eq!(scopes.as_str(), "a b");
        assert!(scopes.contains("b") && !scopes.contains("c"));
    }

    #[test]
    fn refuses_what_rfc_6749_refuses() {
        for text in ["a\"b", "a\\b", "a\tb", "é", "a\u{0}"] {
            assert_eq!(Scopes::parse(text), Err(InvalidScopes), "{text:?}");
        }
        assert!(Scopes::parse(&"x".repeat(Scopes::MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn knows_subsets() {
        let all = Scopes::parse("a b c").unwrap();
        assert!(Scopes::parse("c a").unwrap().is_within(&all));
        assert!(!Scopes::parse("a d").unwrap().is_within(&all));
        assert_eq!(Scopes::parse("d a").unwrap().intersection(&all).as_str(), "a");
    }
}
