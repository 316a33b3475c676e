//! The keys everything rests on: one per purpose, from a key file or the environment, never in the database.
//!
//! Rotation adds a key that becomes active later; older ones go on checking what they made. Every token and hash names
//! its key.

mod file;
mod fingerprint;
mod life;
mod retire;
mod signer;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::Timestamp;

pub use file::{KeyFileError, with_new_keys, without_key};
pub use fingerprint::KeyFingerprint;
pub use life::{KeyFacts, KeyState, PICK_UP_SECONDS};
pub use retire::{Demand, KeyUses, NotRetired, end_all_under, may_retire};
pub use signer::{Jwk, Signer};

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
    /// Signature of JWT access tokens by Ed25519 (RFC 8037): its seed.
    JwtEddsa,
    /// Signature of JWT access tokens by ECDSA on P-256 (RFC 7518 §3.4): its private scalar.
    JwtEs256,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::ClientSecret,
        Self::Seal,
        Self::Form,
        Self::JwtEddsa,
        Self::JwtEs256,
    ];

    /// As key files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::ClientSecret => "client_secret",
            Self::Seal => "seal",
            Self::Form => "form",
            Self::JwtEddsa => "jwt_eddsa",
            Self::JwtEs256 => "jwt_es256",
        }
    }

    /// Whether every key file needs one. Files from before there were JWTs have no key for those.
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::JwtEddsa | Self::JwtEs256)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no such purpose.
#[derive(Debug, thiserror::Error)]
#[error("keys are for {}", Purpose::ALL.map(Purpose::as_str).join(", "))]
pub struct UnknownPurpose;

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(UnknownPurpose)
    }
}

/// Names a key in tokens and rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u16);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All keys of a server.
#[derive(Clone)]
pub struct KeyRing {
    /// In the order of the file.
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: KeyId,
    purpose: Purpose,
    active_from: Timestamp,
    bytes: Zeroizing<[u8; 32]>,
    /// Of a key that signs.
    signer: Option<Arc<Signer>>,
}

/// A message authentication code: the first 128 bits of BLAKE3's keyed hash.
pub type Tag = [u8; 16];

impl KeyRing {
    /// The key of `purpose` that makes things at `now`: the newest that is active, else the oldest.
    pub fn active(&self, purpose: Purpose, now: Timestamp) -> KeyId {
        self.active_key(purpose, now).map_or(KeyId(0), |key| key.id)
    }

    /// The key of each purpose that has one, as [`Self::active`] says.
    pub fn all_active(&self, now: Timestamp) -> impl Iterator<Item = (Purpose, KeyId)> {
        Purpose::ALL.into_iter().filter_map(move |purpose| Some((purpose, self.active_key(purpose, now)?.id)))
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

    /// Whether there is a key of `purpose`.
    pub fn has(&self, purpose: Purpose) -> bool {
        self.keys.iter().any(|key| key.purpose == purpose)
    }

    /// What signs for `purpose` at `now`; none without a key for it.
    pub fn active_signer(&self, purpose: Purpose, now: Timestamp) -> Option<&Signer> {
        self.active_key(purpose, now)?.signer.as_deref()
    }

    /// All that sign, those included whose time has not come.
    pub fn signers(&self) -> impl Iterator<Item = &Signer> {
        self.keys.iter().filter_map(|key| key.signer.as_deref())
    }

    /// The key's bytes, for encryption.
    pub(crate) fn bytes(&self, purpose: Purpose, id: KeyId) -> Option<&[u8; 32]> {
        self.key(purpose, id).map(|key| &*key.bytes)
    }

    fn active_key(&self, purpose: Purpose, now: Timestamp) -> Option<&Key> {
        let own = || self.keys.iter().filter(|key| key.purpose == purpose);
        let newest = own().filter(|key| key.active_from <= now).max_by_key(|key| key.active_from);
        newest.or_else(|| own().min_by_key(|key| key.active_from))
    }

    fn key(&self, purpose: Purpose, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id && key.purpose == purpose)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| (key.id, key.purpose))).finish()
    }
}
