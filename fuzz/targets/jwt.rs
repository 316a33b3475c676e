//! An access token that is a JWT, as it comes and as claims behind a right signature: without the key nothing passes, with it
//! the claims are read or refused, and what is read is minted and read the same.
#![no_main]

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use stagedoor_fuzz::{JWT_RULES, JWT_SEED};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::access_token::{AccessToken, Unverified};

/// Within the life of the token that the corpus begins with.
const NOW: Timestamp = Timestamp(1_788_177_600_000);

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        assert_eq!(AccessToken::verify(&JWT_RULES, text, NOW), Err(Unverified::Unknown));
    }
    let header = JWT_RULES.keys.signers().next().unwrap().header();
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(input));
    let signature = Ed25519KeyPair::from_seed_unchecked(&JWT_SEED).unwrap().sign(message.as_bytes());
    let text = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    if let Ok(token) = AccessToken::verify(&JWT_RULES, &text, NOW) {
        assert_eq!(AccessToken::verify(&JWT_RULES, token.mint(&JWT_RULES, NOW).expose(), NOW), Ok(token));
    }
});
