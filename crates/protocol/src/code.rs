//! Authorization codes (RFC 6749 §4.1.2): short-lived, single use, bound to app, redirect URI and challenge.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use stagedoor_wire::pkce::Challenge;
use stagedoor_wire::{Scopes, Secret};
use subtle::ConstantTimeEq;

use crate::access_token::Epochs;
use crate::id::{AccountId, AppId, CodeId, GrantId};
use crate::{Timestamp, opaque};

/// A code's row. The code itself is not kept, only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub id: CodeId,
    pub hash: Hash,
    pub app: AppId,
    pub account: AccountId,
    /// `redirect_uri` of the authorization request, to be repeated byte for byte.
    pub redirect_uri: String,
    pub challenge: Option<Challenge>,
    pub scopes: Scopes,
    /// The epochs it was decided under; it is worth nothing when one of them has risen.
    pub epochs: Epochs,
    pub authorized: Timestamp,
    pub expires: Timestamp,
    pub state: CodeState,
}

/// Whether a code was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    Unused,
    /// It started this grant.
    Redeemed(GrantId),
}

/// SHA-256 of 128 random bits: nothing to guess, so no key and no salt.
pub type Hash = [u8; 32];

/// A code, device code or session as it was presented, unverified: the id of its row and 128 random bits.
#[derive(Clone)]
pub struct Handle {
    pub id: i64,
    random: [u8; 16],
}

impl Handle {
    /// A new handle for the row `id`.
    pub fn new(id: i64, rng: &mut impl CryptoRng) -> Self {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        Self { id, random }
    }

    /// Reads a handle's form.
    pub fn read(prefix: &str, text: &str) -> Option<Self> {
        let bytes: [u8; 24] = opaque::unwrap_exact(prefix, text)?;
        let (id, random) = bytes.split_first_chunk::<8>()?;
        Some(Self { id: i64::from_be_bytes(*id), random: random.try_into().ok()? })
    }

    /// The text that is handed out.
    pub fn write(&self, prefix: &str) -> Secret {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.id.to_be_bytes());
        bytes[8..].copy_from_slice(&self.random);
        opaque::wrap(prefix, &bytes)
    }

    /// What the row keeps.
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.random).into()
    }

    /// Whether the row with `hash` is this handle's, in constant time.
    pub fn is_of(&self, hash: &Hash) -> bool {
        self.hash().ct_eq(hash).into()
    }
}
