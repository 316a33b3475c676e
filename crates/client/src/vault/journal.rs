//! What is written down before an exchange goes out, so that a crash in its middle is seen afterwards.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stagedoor_wire::Secret;

use crate::clock::Moment;

/// An exchange that was begun and, while the entry lasts, not seen to end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The refresh token, or client secret, that was sent.
    pub fingerprint: Fingerprint,
    /// When it was first sent.
    pub began: Moment,
    /// How often it was sent.
    pub sent: u8,
}

/// Names a token in logs and journals without telling it: the first 8 hex digits of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(u32);

impl Fingerprint {
    /// The fingerprint of `secret`.
    pub fn of(secret: &Secret) -> Self {
        let hash = Sha256::digest(secret.expose().as_bytes());
        Self(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_start_of_the_sha_256() {
        // FIPS 180-2's own example, "abc".
        assert_eq!(Fingerprint::of(&Secret::new("abc")).to_string(), "ba7816bf");
    }
}
