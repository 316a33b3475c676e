//! Client secrets: random, kept as a keyed hash, several at a time (RFC 6749 §2.3.1, §10.10).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use stagedoor_wire::Secret;
use stagedoor_wire::dialect::{SecretForm, SecretView};

use crate::id::{AppId, SecretId};
use crate::keys::{KeyId, Purpose, Tag};
use crate::{Rules, Timestamp, opaque};

/// A secret's row: enough to check it, not to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    pub id: SecretId,
    pub name: String,
    pub key: KeyId,
    pub hash: Tag,
    pub created: Timestamp,
    pub expires: Option<Timestamp>,
    /// When it was last used, to some minutes; as of when it was read.
    pub last_used: Option<Timestamp>,
    /// The secret encrypted, where the dialect lets it be viewed again.
    pub sealed: Option<Sealed>,
}

/// A secret encrypted under the key file (XChaCha20-Poly1305, bound to its row).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub key: KeyId,
    /// 24 bytes of nonce, then the ciphertext.
    pub bytes: Vec<u8>,
}

/// A secret that was just made: the text for its owner, the row for the store.
#[derive(Clone, Debug)]
pub struct NewSecret {
    pub text: Secret,
    pub stored: StoredSecret,
}

impl NewSecret {
    /// Makes one in the dialect's form.
    pub fn generate(rules: &Rules, app: AppId, name: &str, now: Timestamp, rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0u8; 32];
        rng.fill_bytes(&mut bytes);
        let text = match rules.dialect.apps.client_secret {
            SecretForm::Hex32 => bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
            SecretForm::Base64 => STANDARD.encode(bytes),
            SecretForm::Prefixed => format!("{}{}", opaque::CLIENT_SECRET, URL_SAFE_NO_PAD.encode(bytes)),
        };
        Self::of(rules, app, name, Secret::new(text), now, rng)
    }

    /// Takes over a text that exists already.
    pub fn of(
        rules: &Rules,
        app: AppId,
        name: &str,
        text: Secret,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let id = SecretId::new(now, rng);
        let key = rules.keys.active(Purpose::ClientSecret, now);
        let hash = hash(rules, key, app, &text).unwrap_or_default();
        let sealed = match rules.dialect.apps.secret_view {
            SecretView::Once => None,
            SecretView::Again => seal(rules, id, &text, now, rng),
        };
        let name = name.to_owned();
        Self {
            stored: StoredSecret {
                id,
                name,
                key,
                hash,
                created: now,
                expires: None,
                last_used: None,
                sealed,
            },
            text,
        }
    }
}

/// Whether `text` has the form that secrets made here have, and so is one of 128 random bits or more if it is right. Any
/// other can only be one that was taken over, of whatever strength.
pub fn is_of_own_form(form: SecretForm, text: &Secret) -> bool {
    let text = text.expose();
    let of_base64 =
        |text: &str, pad| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(&b) || b == pad);
    match form {
        SecretForm::Hex32 => text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        SecretForm::Base64 => text.len() == 44 && of_base64(text, b'='),
        SecretForm::Prefixed => text
            .strip_prefix(opaque::CLIENT_SECRET)
            .is_some_and(|rest| rest.len() == 43 && of_base64(rest, b'-')),
    }
}

impl StoredSecret {
    /// Whether `text` is this secret and it is still valid.
    pub fn accepts(&self, rules: &Rules, app: AppId, text: &Secret, now: Timestamp) -> bool {
        let alive = self.expires.is_none_or(|expires| now < expires);
        let app = app.0.to_be_bytes();
        alive && rules.keys.verify(Purpose::ClientSecret, self.key, &parts(rules, &app, text), &self.hash)
    }

    /// The secret's text, where the dialect lets it be viewed again.
    pub fn unseal(&self, rules: &Rules) -> Option<Secret> {
        let sealed = self.sealed.as_ref()?;
        let cipher = XChaCha20Poly1305::new(rules.keys.bytes(Purpose::Seal, sealed.key)?.into());
        let (nonce, bytes) = sealed.bytes.split_first_chunk::<24>()?;
        let payload = Payload { msg: bytes, aad: &self.id.0.to_be_bytes() };
        let plain = cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(plain).ok().map(Secret::new)
    }
}

fn hash(rules: &Rules, key: KeyId, app: AppId, text: &Secret) -> Option<Tag> {
    rules.keys.tag(Purpose::ClientSecret, key, &parts(rules, &app.0.to_be_bytes(), text))
}

fn parts<'a>(rules: &'a Rules, app: &'a [u8; 8], text: &'a Secret) -> [&'a [u8]; 4] {
    [rules.api.as_bytes(), b"\0", app, text.expose().as_bytes()]
}

fn seal(
    rules: &Rules,
    id: SecretId,
    text: &Secret,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Option<Sealed> {
    let key = rules.keys.active(Purpose::Seal, now);
    let cipher = XChaCha20Poly1305::new(rules.keys.bytes(Purpose::Seal, key)?.into());
    let mut nonce = [0u8; 24];
    rng.fill_bytes(&mut nonce);
    let payload = Payload { msg: text.expose().as_bytes(), aad: &id.0.to_be_bytes() };
    let mut bytes = nonce.to_vec();
    bytes.extend(cipher.encrypt(&XNonce::from(nonce), payload).ok()?);
    Some(Sealed { key, bytes })
}
