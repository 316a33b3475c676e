//! What targets share.

use std::sync::{Arc, LazyLock};

use stagedoor_protocol::Rules;
use stagedoor_protocol::jwt::{Algorithm, TokenFormat};
use stagedoor_protocol::keys::{KeyId, KeyRing};
use stagedoor_wire::Dialect;

/// All built-in dialects.
pub static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| Dialect::all_built_in().collect());

/// The key of access tokens in [`RULES`].
pub const ACCESS_TOKEN_KEY: KeyId = KeyId(1);
/// The key of refresh tokens in [`RULES`].
pub const REFRESH_TOKEN_KEY: KeyId = KeyId(2);

/// The seed of the key that signs in [`JWT_RULES`]: all keys here are zeros.
pub const JWT_SEED: [u8; 32] = [0; 32];

/// The same API with access tokens that are JWTs.
pub static JWT_RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules { token_format: TokenFormat::Jwt(Algorithm::EdDsa), ..RULES.clone() });

/// An API with keys that never change, so that an input means the same in every run.
pub static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let purposes = ["access_token", "refresh_token", "client_secret", "seal", "form", "jwt_eddsa"];
    let keys: String = (1..)
        .zip(purposes)
        .map(|(id, purpose)| {
            let key = "A".repeat(43) + "=";
            format!("[[key]]\nid = {id}\npurpose = \"{purpose}\"\nactive_from = 0\nkey = \"{key}\"\n")
        })
        .collect();
    Rules {
        api: "fuzzed".into(),
        issuer: "https://api.example".into(),
        dialect: Arc::new(Dialect::built_in("standard").unwrap()),
        token_format: TokenFormat::Opaque,
        keys: Arc::new(KeyRing::parse(&keys).unwrap()),
    }
});
