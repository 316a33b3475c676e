//! Telling keys apart without knowing them: a backup notes which keys its rows rest on.

use super::{KeyId, KeyRing, Tag};

/// No other text that goes under a key begins so: they begin with an API's name, or are random.
const LABEL: &[u8] = b"\0fingerprint\0";

/// What two keys of one id differ by. Nothing of the key can be found out from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyFingerprint {
    pub id: KeyId,
    pub tag: Tag,
}

impl KeyRing {
    /// The fingerprints of all keys.
    pub fn fingerprints(&self) -> Vec<KeyFingerprint> {
        let of = |key: &super::Key| {
            let tag = self.tag(key.purpose, key.id, &[LABEL]).unwrap_or_default();
            KeyFingerprint { id: key.id, tag }
        };
        self.keys.iter().map(of).collect()
    }
}
