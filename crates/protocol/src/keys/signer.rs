//! Keys that sign: what is made with them can be checked by whoever fetches the public half (RFC 7517).

use std::fmt;

use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey, Signature,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::file::KeyFileError;
use super::{KeyId, Purpose};

/// A key that signs, and its public half.
pub struct Signer {
    pair: Pair,
    public: ParsedPublicKey,
    jwk: Jwk,
    /// The JOSE header of all it signs, in base64url.
    header: Box<str>,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

/// The public half (RFC 7517 §4, RFC 7518 §6.2, RFC 8037 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    pub kty: &'static str,
    pub crv: &'static str,
    pub alg: &'static str,
    #[serde(rename = "use")]
    pub usage: &'static str,
    pub kid: String,
    pub x: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl Signer {
    /// The signer that `bytes` are; none for a purpose that does not sign.
    pub(super) fn new(id: KeyId, purpose: Purpose, bytes: &[u8; 32]) -> Result<Option<Self>, KeyFileError> {
        match purpose {
            Purpose::JwtEddsa => Self::ed25519(id, bytes).map(Some),
            Purpose::JwtEs256 => Self::p256(id, bytes).map(Some),
            _ => Ok(None),
        }
    }

    fn ed25519(id: KeyId, seed: &[u8; 32]) -> Result<Self, KeyFileError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyFileError::Length(id.0))?;
        let x = pair.public_key().as_ref().to_vec();
        let public = ParsedPublicKey::new(&ED25519, &x).map_err(|_| KeyFileError::Length(id.0))?;
        Ok(Self::of(Pair::Ed25519(pair), public, Jwk::of(id, ("OKP", "Ed25519", "EdDSA"), &x, None)))
    }

    fn p256(id: KeyId, scalar: &[u8; 32]) -> Result<Self, KeyFileError> {
        let wrong = || KeyFileError::Scalar(id.0);
        let private = agreement::PrivateKey::from_private_key(&ECDH_P256, scalar).map_err(|_| wrong())?;
        let point = private.compute_public_key().map_err(|_| wrong())?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            scalar,
            point.as_ref(),
        );
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_ref()).map_err(|_| wrong())?;
        // SEC 1 §2.3.3: 4, then both coordinates.
        let (x, y) = point.as_ref().get(1..65).ok_or_else(wrong)?.split_at(32);
        let jwk = Jwk::of(id, ("EC", "P-256", "ES256"), x, Some(y));
        Ok(Self::of(Pair::P256(pair.map_err(|_| wrong())?), public, jwk))
    }

    fn of(pair: Pair, public: ParsedPublicKey, jwk: Jwk) -> Self {
        // RFC 9068 §2.1.
        let header = format!(r#"{{"typ":"at+jwt","alg":"{}","kid":"{}"}}"#, jwk.alg, jwk.kid);
        Self { pair, public, jwk, header: URL_SAFE_NO_PAD.encode(header).into() }
    }

    /// The public half.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The JOSE header of an access token that this key signs (RFC 7515 §4), in base64url: algorithm, type and key id.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The signature of `message`: 64 bytes. `None` only where the machine has no memory or randomness left.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Signature> {
        match &self.pair {
            Pair::Ed25519(pair) => pair.try_sign(message).ok(),
            // The library draws the nonce itself and ignores what it is handed.
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), message).ok(),
        }
    }

    /// Whether this key signed `message`. Which algorithm that takes is the key's to say, never the message's
    /// (RFC 8725 §3.1).
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

impl Jwk {
    fn of(id: KeyId, form: (&'static str, &'static str, &'static str), x: &[u8], y: Option<&[u8]>) -> Self {
        let (kty, crv, alg) = form;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), y.map(|y| URL_SAFE_NO_PAD.encode(y)));
        // Its number in the key file for people, and the beginning of its thumbprint (RFC 7638 §3): a number that is used
        // again never means another key to those who remember this one.
        let own_y = y.as_ref().map_or(String::new(), |y| format!(r#","y":"{y}""#));
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}"{own_y}}}"#));
        let kid = format!("{id}-{}", URL_SAFE_NO_PAD.encode(&thumbprint[..9]));
        Self { kty, crv, alg, usage: "sig", kid, x, y }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("kid", &self.jwk.kid).finish_non_exhaustive()
    }
}
