//! The keys everything rests on: one per purpose, from a key file or the environment, never in the database.
//!
//! Rotation adds a key that becomes active later; older ones go on checking what they made. Every token and hash names
//! its key.

use rand_core::CryptoRng;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Timestamp;

/// What a key is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// MAC of access tokens.
    AccessToken,
    /// MAC that refresh tokens are derived by.
    RefreshToken,
    /// Keyed hash of client secrets, legacy keys and user codes.
    ClientSecret,
    /// Encryption of secrets that may be viewed again.
    Seal,
    /// MAC of form tokens against cross-site requests.
    Form,
}

impl Purpose {
    const ALL: [(Purpose, &'static str); 5] = [
        (Purpose::AccessToken, "access_token"),
        (Purpose::RefreshToken, "refresh_token"),
        (Purpose::ClientSecret, "client_secret"),
        (Purpose::Seal, "seal"),
        (Purpose::Form, "form"),
    ];
}

/// Names a key in tokens and rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u16);

/// All keys of a server.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: KeyId,
    purpose: Purpose,
    active_from: Timestamp,
    bytes: Zeroizing<[u8; 32]>,
}

/// A message authentication code: the first 128 bits of BLAKE3's keyed hash.
pub type Tag = [u8; 16];

/// The key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It is not TOML of the right form. Where, not what: what stands there may be a key.
    #[error("the key file cannot be read: line {line}, column {column} is not what belongs there")]
    Form {
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// A key is not base64 of 32 bytes.
    #[error("key {0} is not base64 of 32 bytes")]
    Length(u16),
    /// A purpose has no key, or an id stands twice.
    #[error("the key file needs one key for every purpose, each with an id of its own")]
    Incomplete,
}

impl KeyFileError {
    fn at(text: &str, span: Option<std::ops::Range<usize>>) -> Self {
        let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::Form { line, column }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    key: Vec<KeyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: KeyId,
    purpose: Purpose,
    /// Milliseconds since the Unix epoch.
    active_from: i64,
    key: stagedoor_wire::Secret,
}

impl KeyRing {
    /// Reads a key file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let file: KeyFile = toml::from_str(text).map_err(|error| KeyFileError::at(text, error.span()))?;
        let keys = file.key.iter().map(Key::read).collect::<Result<Vec<_>, _>>()?;
        let complete = Purpose::ALL.iter().all(|(purpose, _)| keys.iter().any(|key| key.purpose == *purpose));
        let unique =
            keys.iter().enumerate().all(|(at, key)| keys[..at].iter().all(|other| other.id != key.id));
        if complete && unique { Ok(Self { keys }) } else { Err(KeyFileError::Incomplete) }
    }

    /// The text of a new key file with one key a purpose. It belongs into a file only its owner can read.
    pub fn generate(now: Timestamp, rng: &mut impl CryptoRng) -> Zeroizing<String> {
        let mut text = String::from(
            "# The keys of a Stagedoor server. Whoever has them can make tokens: keep the file private and backed up,\n\
             # apart from the database.\n",
        );
        for (id, (_, purpose)) in (1u16..).zip(Purpose::ALL) {
            let mut bytes = Zeroizing::new([0u8; 32]);
            rng.fill_bytes(&mut *bytes);
            let key = Zeroizing::new(STANDARD.encode(*bytes));
            let active_from = now.0;
            text.push_str(&format!(
                "\n[[key]]\nid = {id}\npurpose = \"{purpose}\"\nactive_from = {active_from}\nkey = \"{}\"\n",
                *key
            ));
        }
        Zeroizing::new(text)
    }

    /// The key of `purpose` that makes things at `now`: the newest that is active, else the oldest.
    pub fn active(&self, purpose: Purpose, now: Timestamp) -> KeyId {
        let own = || self.keys.iter().filter(|key| key.purpose == purpose);
        let newest = own().filter(|key| key.active_from <= now).max_by_key(|key| key.active_from);
        newest.or_else(|| own().min_by_key(|key| key.active_from)).map_or(KeyId(0), |key| key.id)
    }

    /// The tag of `parts` one after the other; `None` when the ring lacks the key. Callers make the parts unambiguous.
    pub fn tag(&self, purpose: Purpose, id: KeyId, parts: &[&[u8]]) -> Option<Tag> {
        let mut mac = blake3::Hasher::new_keyed(&self.key(purpose, id)?.bytes);
        for part in parts {
            mac.update(part);
        }
        mac.finalize().as_bytes().first_chunk().copied()
    }

    /// Whether `tag` is right, in constant time.
    pub fn verify(&self, purpose: Purpose, id: KeyId, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.tag(purpose, id, parts).is_some_and(|own| own.ct_eq(tag).into())
    }

    /// The key's bytes, for encryption.
    pub(crate) fn bytes(&self, purpose: Purpose, id: KeyId) -> Option<&[u8; 32]> {
        self.key(purpose, id).map(|key| &*key.bytes)
    }

    fn key(&self, purpose: Purpose, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id && key.purpose == purpose)
    }
}

impl Key {
    fn read(entry: &KeyEntry) -> Result<Self, KeyFileError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        match STANDARD.decode_slice(entry.key.expose(), &mut *bytes) {
            Ok(32) => {}
            _ => return Err(KeyFileError::Length(entry.id.0)),
        }
        let active_from = Timestamp(entry.active_from);
        Ok(Self { id: entry.id, purpose: entry.purpose, active_from, bytes })
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| (key.id, key.purpose))).finish()
    }
}
