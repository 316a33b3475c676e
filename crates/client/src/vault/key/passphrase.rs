//! The key under a passphrase: argon2id (RFC 9106 §4) makes the key that wraps it.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use serde::{Deserialize, Serialize};
use stagedoor_wire::Secret;
use zeroize::Zeroizing;

use super::DataKey;
use crate::entropy;
use crate::vault::VaultError;

/// RFC 9106 §4's second choice: 64 MiB, three passes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// The key as it stands in the file, with what the passphrase is stretched by. Bytes are base64.
#[derive(Serialize, Deserialize)]
pub(super) struct Wrapped {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    nonce: String,
    key: String,
}

/// Why there is no key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unopened {
    /// The passphrase is another one.
    Refused,
    /// What stands in the file is no wrapped key.
    Malformed,
}

impl Unopened {
    pub(super) fn error(self, key_file: &Path) -> VaultError {
        match self {
            Self::Refused => VaultError::WrongPassphrase(key_file.to_owned()),
            Self::Malformed => VaultError::Malformed {
                path: key_file.to_owned(),
                why: "the wrapped key is damaged: put it back from a backup",
            },
        }
    }
}

/// Wraps `key` under `passphrase`.
pub(super) fn wrap(key: &DataKey, passphrase: &Secret) -> Result<Wrapped, Unopened> {
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    entropy::rng().fill_bytes(&mut salt);
    entropy::rng().fill_bytes(&mut nonce);
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Unopened::Malformed)?;
    let cipher = stretched(params, &salt, passphrase)?;
    let id = key.id().to_string();
    let payload = Payload { msg: key.bytes(), aad: id.as_bytes() };
    let wrapped = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Unopened::Malformed)?;
    Ok(Wrapped {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
        salt: STANDARD.encode(salt),
        nonce: STANDARD.encode(nonce),
        key: STANDARD.encode(wrapped),
    })
}

/// The key that [`wrap`] wrapped; `id` is its id in hex digits.
pub(super) fn unwrap(wrapped: &Wrapped, id: &str, passphrase: &Secret) -> Result<DataKey, Unopened> {
    let bytes = |text: &str| STANDARD.decode(text).map_err(|_| Unopened::Malformed);
    let params = Params::new(wrapped.memory_kib, wrapped.passes, wrapped.lanes, None);
    let cipher = stretched(params.map_err(|_| Unopened::Malformed)?, &bytes(&wrapped.salt)?, passphrase)?;
    let nonce: [u8; 24] = bytes(&wrapped.nonce)?.try_into().map_err(|_| Unopened::Malformed)?;
    let payload = Payload { msg: &bytes(&wrapped.key)?, aad: id.as_bytes() };
    let key = cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| Unopened::Refused)?;
    let key = Zeroizing::new(key);
    let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| Unopened::Malformed)?;
    Ok(DataKey::new(Zeroizing::new(*key)))
}

fn stretched(params: Params, salt: &[u8], passphrase: &Secret) -> Result<XChaCha20Poly1305, Unopened> {
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon2.hash_password_into(passphrase.expose().as_bytes(), salt, &mut *key);
    done.map_err(|_| Unopened::Malformed)?;
    Ok(XChaCha20Poly1305::new((&*key).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_passphrase_alone_unwraps() {
        let (key, passphrase) = (DataKey::random(), Secret::new("correct horse"));
        let wrapped = wrap(&key, &passphrase).unwrap();
        let id = key.id().to_string();
        assert_eq!(unwrap(&wrapped, &id, &passphrase).unwrap().bytes(), key.bytes());
        assert_eq!(unwrap(&wrapped, &id, &Secret::new("correct horsf")).err(), Some(Unopened::Refused));
        assert_eq!(unwrap(&wrapped, "0011223344556677", &passphrase).err(), Some(Unopened::Refused));
    }

    #[test]
    fn a_damaged_file_is_not_called_a_wrong_passphrase() {
        let whole = || wrap(&DataKey::random(), &Secret::new("x")).unwrap();
        let damaged = [
            Wrapped { salt: "?".into(), ..whole() },
            Wrapped { nonce: "AAAA".into(), ..whole() },
            Wrapped { key: "?".into(), ..whole() },
            Wrapped { passes: 0, ..whole() },
        ];
        for wrapped in damaged {
            assert_eq!(unwrap(&wrapped, "", &Secret::new("x")).err(), Some(Unopened::Malformed));
        }
    }
}
