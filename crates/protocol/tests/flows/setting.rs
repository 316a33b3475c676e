//! What every test starts from: a moment, dialects, keys.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::SeedableRng;
use rand::rngs::StdRng;
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::{Rules, Timestamp};
use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::LostAnswer;

/// 2026-08-31T12:00:00Z: the month half a year later has no 31st.
pub(crate) const START: Timestamp = Timestamp(1_788_177_600_000);
pub(crate) const REDIRECT_URI: &str = "https://app.example/callback";
pub(crate) const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

const MIXTAPE: &str = include_str!("mixtape.toml");

/// The made-up dialect and all built-in ones.
pub(crate) fn dialects() -> impl Iterator<Item = Dialect> {
    Dialect::all_built_in().chain([mixtape()])
}

pub(crate) fn mixtape() -> Dialect {
    Dialect::parse("mixtape.toml", MIXTAPE).unwrap_or_else(|error| panic!("{error}"))
}

/// `standard`, where a refresh token is good for a single time, whatever became of the answer.
pub(crate) fn strict() -> Dialect {
    let mut dialect = Dialect::built_in("standard").unwrap();
    dialect.refresh_token.as_mut().unwrap().lost_answer = LostAnswer::Lost;
    dialect
}

pub(crate) fn keys(seed: u64) -> String {
    KeyRing::generate(START, &mut StdRng::seed_from_u64(seed)).to_string()
}

/// One more entry of a key file.
pub(crate) fn key_entry(id: u16, purpose: &str, active_from: Timestamp, byte: u8) -> String {
    let (from, key) = (active_from.0, STANDARD.encode([byte; 32]));
    format!("\n[[key]]\nid = {id}\npurpose = \"{purpose}\"\nactive_from = {from}\nkey = \"{key}\"\n")
}

pub(crate) fn rules(name: &str, dialect: Dialect, keys: &str) -> Rules {
    Rules {
        api: name.into(),
        issuer: format!("https://{name}.example").into(),
        dialect: Arc::new(dialect),
        token_format: TokenFormat::Opaque,
        keys: Arc::new(KeyRing::parse(keys).unwrap()),
    }
}
