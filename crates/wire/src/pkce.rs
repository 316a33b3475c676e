//! Proof Key for Code Exchange (RFC 7636). `S256` alone: `plain` protects nothing (RFC 9700 §2.1.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Secret;
use crate::client_id::is_unreserved;

/// base64url(SHA-256(verifier)) without padding: 32 bytes once decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge(pub [u8; 32]);

/// The text is not 43 base64url characters that hold 32 bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("code_challenge must be the base64url SHA-256 of the verifier: 43 characters, no padding")]
pub struct InvalidChallenge;

impl Challenge {
    /// Reads the parameter `code_challenge`.
    pub fn parse(text: &str) -> Result<Self, InvalidChallenge> {
        let mut bytes = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(32) => Ok(Self(bytes)),
            _ => Err(InvalidChallenge),
        }
    }

    /// The challenge that `verifier` answers.
    pub fn of(verifier: &Verifier) -> Self {
        Self(Sha256::digest(verifier.0.expose().as_bytes()).into())
    }

    /// The parameter's text.
    pub fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// RFC 7636 §4.6, in constant time.
    pub fn is_answered_by(&self, verifier: &Verifier) -> bool {
        self.0.ct_eq(&Challenge::of(verifier).0).into()
    }
}

/// 43–128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone, Debug)]
pub struct Verifier(Secret);

/// The text breaks RFC 7636 §4.1.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("code_verifier must be 43 to 128 unreserved characters")]
pub struct InvalidVerifier;

impl Verifier {
    /// Reads the parameter `code_verifier`.
    pub fn parse(text: &str) -> Result<Self, InvalidVerifier> {
        let fits = (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved);
        if fits { Ok(Self(Secret::new(text))) } else { Err(InvalidVerifier) }
    }

    /// The verifier that 32 random bytes give: 43 characters (RFC 7636 §4.1).
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The parameter's text. Never log it, never put it in an authorization request.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7636_appendix_b() {
        let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_answered_by(&verifier));
        assert_eq!(Challenge::of(&verifier).to_text(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn random_bytes_give_a_verifier() {
        assert!(Verifier::parse(Verifier::from_random(&[0xff; 32]).expose()).is_ok());
    }

    #[test]
    fn another_verifier_fails() {
        let challenge = Challenge::of(&Verifier::parse(&"a".repeat(43)).unwrap());
        assert!(!challenge.is_answered_by(&Verifier::parse(&"b".repeat(43)).unwrap()));
    }

    #[test]
    fn lengths_and_letters() {
        for text in ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(43)), "é".repeat(30)] {
            assert!(Verifier::parse(&text).is_err(), "{text}");
        }
        assert!(Verifier::parse(&"~".repeat(128)).is_ok());
        for text in ["", "short", &"a".repeat(44), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="] {
            assert!(Challenge::parse(text).is_err(), "{text}");
        }
    }
}
