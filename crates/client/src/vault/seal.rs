//! A credential's file: `stagedor`, version, key id, nonce, ciphertext, checksum.
//!
//! XChaCha20-Poly1305, bound to the version and the credential's name, so that two files cannot be swapped. The checksum
//! is no protection: it tells a file that was cut short or rotted from one that somebody sealed otherwise.

use chacha20poly1305::aead::{Aead, Error, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::key::{DataKey, KeyId};
use crate::credential::CredentialName;
use crate::entropy;

/// First in every version.
const MAGIC: &[u8; 8] = b"stagedor";
const VERSION: u8 = 1;
const NONCE: usize = 24;
/// Last in every version.
const CHECKSUM: usize = 8;

/// Why bytes are no credential.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unsound {
    /// Cut short or altered.
    Torn,
    /// Never ours.
    Foreign,
    /// Ours, of a later version.
    Newer,
    /// Sealed with another key.
    OtherKey,
    /// Sealed with this key for another name, or altered together with its checksum.
    Misplaced,
}

/// Encrypts `content`.
pub(super) fn seal(key: &DataKey, name: &CredentialName, content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE];
    entropy::rng().fill_bytes(&mut nonce);
    let aad = bound_to(name);
    let sealed = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt(&XNonce::from(nonce), Payload { msg: content, aad: &aad })?;
    let mut file = [MAGIC, &[VERSION][..], &key.id().0, &nonce, &sealed].concat();
    file.extend_from_slice(&checksum(&file));
    Ok(file)
}

/// Decrypts a file.
pub(super) fn open(key: &DataKey, name: &CredentialName, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsound> {
    let Some(rest) = file.strip_prefix(MAGIC) else {
        return Err(if MAGIC.starts_with(file) { Unsound::Torn } else { Unsound::Foreign });
    };
    let (_, sum) = file.split_last_chunk::<CHECKSUM>().ok_or(Unsound::Torn)?;
    if checksum(&file[..file.len() - CHECKSUM]) != *sum {
        return Err(Unsound::Torn);
    }
    let rest = rest.strip_suffix(sum).ok_or(Unsound::Torn)?;
    let (version, rest) = rest.split_first().ok_or(Unsound::Torn)?;
    if *version != VERSION {
        return Err(Unsound::Newer);
    }
    let (id, rest) = rest.split_first_chunk().ok_or(Unsound::Torn)?;
    if KeyId(*id) != key.id() {
        return Err(Unsound::OtherKey);
    }
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(Unsound::Torn)?;
    let payload = Payload { msg: sealed, aad: &bound_to(name) };
    let content = XChaCha20Poly1305::new(key.bytes().into()).decrypt(&XNonce::from(*nonce), payload);
    content.map(Zeroizing::new).map_err(|_| Unsound::Misplaced)
}

fn bound_to(name: &CredentialName) -> Vec<u8> {
    [MAGIC, &[VERSION][..], name.as_str().as_bytes()].concat()
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let hash = Sha256::digest(bytes);
    std::array::from_fn(|at| hash[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> CredentialName {
        CredentialName::new(text).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_under_its_key_and_name_alone() {
        let (key, other) = (DataKey::random(), DataKey::random());
        let file = seal(&key, &name("a"), b"content").unwrap();
        assert_eq!(**open(&key, &name("a"), &file).unwrap(), *b"content");
        assert_eq!(open(&key, &name("b"), &file), Err(Unsound::Misplaced));
        assert_eq!(open(&other, &name("a"), &file), Err(Unsound::OtherKey));
        assert_eq!(open(&key, &name("a"), b"{\"access_token\":1}"), Err(Unsound::Foreign));
    }

    #[test]
    fn cut_short_anywhere_it_is_torn() {
        let key = DataKey::random();
        let file = seal(&key, &name("a"), b"content").unwrap();
        for length in 0..file.len() {
            assert_eq!(open(&key, &name("a"), &file[..length]), Err(Unsound::Torn), "{length}");
        }
    }

    #[test]
    fn a_flipped_bit_is_never_taken_for_content() {
        let key = DataKey::random();
        let file = seal(&key, &name("a"), b"content").unwrap();
        for bit in 0..file.len() * 8 {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let expected = if bit / 8 < MAGIC.len() { Unsound::Foreign } else { Unsound::Torn };
            assert_eq!(open(&key, &name("a"), &flipped), Err(expected), "bit {bit}");
        }
    }

    #[test]
    fn whoever_mends_the_checksum_is_found_out() {
        let key = DataKey::random();
        let mut file = seal(&key, &name("a"), b"content").unwrap();
        let end = file.len() - CHECKSUM;
        let cases = [
            (8, Unsound::Newer),
            (9, Unsound::OtherKey),
            (17, Unsound::Misplaced),
            (end - 1, Unsound::Misplaced),
        ];
        for (at, expected) in cases {
            file[at] ^= 1;
            let sum = checksum(&file[..end]);
            file[end..].copy_from_slice(&sum);
            assert_eq!(open(&key, &name("a"), &file), Err(expected), "byte {at}");
            file[at] ^= 1;
        }
    }

    #[test]
    fn no_two_files_are_alike() {
        let key = DataKey::random();
        assert_ne!(seal(&key, &name("a"), b"content").unwrap(), seal(&key, &name("a"), b"content").unwrap());
    }
}
