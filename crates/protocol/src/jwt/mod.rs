//! Access tokens as signed JWTs (RFC 9068): anyone can check them with the public keys, without asking here.
//!
//! This server takes only what it wrote itself, and so reads no header: it has to be, byte for byte, the one of a key that is
//! known here. With it algorithm, type and key are settled before anything is computed (RFC 8725 §3.1, §3.11), and there
//! is no `none`, no key in a header and no address of one to be led by. A new version that writes another header will not
//! know the tokens of the one before.

mod claims;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stagedoor_wire::Secret;

use crate::access_token::AccessToken;
use crate::keys::{Purpose, Signer};
use crate::{Rules, Timestamp};
use claims::Claims;

/// Longest text that is read. What is written is far shorter: the longest scope list has 1024 bytes, a client id 128.
const MAX_BYTES: usize = 8192;
/// Both algorithms have signatures of this length (RFC 7518 §3.4, RFC 8037 §3.1).
const SIGNATURE_BYTES: usize = 64;

/// The form of an API's access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TokenFormat {
    /// Text that says nothing to its holder.
    #[default]
    Opaque,
    Jwt(Algorithm),
}

impl TokenFormat {
    /// What the keys that make tokens of this form are for.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Opaque => Purpose::AccessToken,
            Self::Jwt(algorithm) => algorithm.purpose(),
        }
    }
}

/// How a JWT is signed (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    EdDsa,
    Es256,
}

impl Algorithm {
    /// Its name in a JOSE header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// What its keys are for.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::EdDsa => Purpose::JwtEddsa,
            Self::Es256 => Purpose::JwtEs256,
        }
    }

    /// Whether the same content is always the same text, as tokens that are served again have to be. ECDSA draws a number for
    /// each signature.
    pub fn is_deterministic(self) -> bool {
        self == Self::EdDsa
    }
}

/// The token's text, signed with the key active at `key_time`; `None` without one.
pub(crate) fn mint(
    rules: &Rules,
    token: &AccessToken,
    algorithm: Algorithm,
    key_time: Timestamp,
) -> Option<Secret> {
    let signer = rules.keys.active_signer(algorithm.purpose(), key_time)?;
    let payload = Claims::of(rules, token).write();
    let length = signer.header().len() + (payload.len() + SIGNATURE_BYTES).div_ceil(3) * 4 + 4;
    let mut text = String::with_capacity(length);
    text.push_str(signer.header());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut text);
    let signature = signer.sign(text.as_bytes())?;
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Some(Secret::new(text))
}

/// What a text says that is a token of this API by form, key, signature, issuer and audience; its times are not looked at.
pub(crate) fn read(rules: &Rules, text: &str) -> Option<AccessToken> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let signer = rules.keys.signers().find(|signer| signer.header() == header)?;
    check_signature(signer, signed, signature)?;
    let mut buffer = [0u8; MAX_BYTES / 4 * 3];
    let length = URL_SAFE_NO_PAD.decode_slice(payload, &mut buffer).ok()?;
    Claims::read(&buffer[..length])?.token(rules)
}

fn check_signature(signer: &Signer, signed: &str, signature: &str) -> Option<()> {
    // Decoding estimates the length by the rule of three, and wants room for that.
    let mut bytes = [0u8; SIGNATURE_BYTES + 2];
    let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut bytes).ok()?;
    (length == SIGNATURE_BYTES && signer.verify(signed.as_bytes(), &bytes[..length])).then_some(())
}
