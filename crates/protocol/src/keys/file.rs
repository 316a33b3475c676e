//! The key file: TOML, one `[[key]]` each. New keys are added to its text and old ones taken out of it, so that comments
//! stay.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Key, KeyId, KeyRing, Purpose, Signer};
use crate::Timestamp;

/// The key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It is not TOML of the right form. Where, not what: what stands there may be a key.
    #[error("the key file cannot be read: line {line}, column {column} is not what belongs there")]
    Form {
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// A key is not base64 of 32 bytes.
    #[error("key {0} is not base64 of 32 bytes")]
    Length(u16),
    /// One number in four billion is none.
    #[error("key {0} is not a private key of P-256")]
    Scalar(u16),
    /// A purpose has no key, or an id stands twice.
    #[error("the key file needs one key for every purpose, each with an id of its own")]
    Incomplete,
    #[error("the key file has given out all ids there are: begin a new one for a new database")]
    IdsUsedUp,
    /// The entry is not a `[[key]]` of its own.
    #[error("key {0} is written in a form that only a person can take out: delete it from the key file")]
    Entangled(u16),
}

impl KeyFileError {
    fn at(text: &str, span: Option<std::ops::Range<usize>>) -> Self {
        let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::Form { line, column }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    key: Vec<KeyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: KeyId,
    purpose: Purpose,
    /// Milliseconds since the Unix epoch.
    active_from: i64,
    key: stagedoor_wire::Secret,
}

impl KeyRing {
    /// Reads a key file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let file: KeyFile = toml::from_str(text).map_err(|error| KeyFileError::at(text, error.span()))?;
        let keys = file.key.iter().map(Key::read).collect::<Result<Vec<_>, _>>()?;
        let mut needed = Purpose::ALL.into_iter().filter(|purpose| purpose.is_needed());
        let complete = needed.all(|purpose| keys.iter().any(|key| key.purpose == purpose));
        let unique =
            keys.iter().enumerate().all(|(at, key)| keys[..at].iter().all(|other| other.id != key.id));
        if complete && unique { Ok(Self { keys }) } else { Err(KeyFileError::Incomplete) }
    }

    /// The text of a new key file with one key a purpose. It belongs into a file only its owner can read.
    pub fn generate(now: Timestamp, rng: &mut impl CryptoRng) -> Zeroizing<String> {
        let mut text = String::from(
            "# The keys of a Stagedoor server. Whoever has them can make tokens: keep the file private and backed up,\n\
             # apart from the database.\n",
        );
        for (id, purpose) in (1..).zip(Purpose::ALL) {
            text.push_str(&new_entry(KeyId(id), purpose, now, rng));
        }
        Zeroizing::new(text)
    }
}

/// The text of a key file with a new key for each of `purposes`.
pub fn with_new_keys(
    text: &str,
    purposes: &[Purpose],
    active_from: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<String>, KeyFileError> {
    let ring = KeyRing::parse(text)?;
    let mut last = ring.keys.iter().map(|key| key.id.0).max().unwrap_or_default();
    let mut longer = Zeroizing::new(format!("{}\n", text.trim_end()));
    for purpose in purposes {
        last = last.checked_add(1).ok_or(KeyFileError::IdsUsedUp)?;
        longer.push_str(&new_entry(KeyId(last), *purpose, active_from, rng));
    }
    KeyRing::parse(&longer)?;
    Ok(longer)
}

/// The text of a key file without a key. Comments stay.
pub fn without_key(text: &str, id: KeyId) -> Result<Zeroizing<String>, KeyFileError> {
    let before = KeyRing::parse(text)?;
    let mut shorter = Zeroizing::new(String::with_capacity(text.len()));
    for block in blocks(text) {
        match toml::from_str::<KeyFile>(block) {
            Ok(KeyFile { key }) if key.iter().any(|key| key.id == id) => shorter.push_str(behind_keys(block)),
            _ => shorter.push_str(block),
        }
    }
    let length = shorter.trim_end().len();
    shorter.truncate(length);
    shorter.push('\n');
    let rest = |ring: &KeyRing| ring.keys.iter().map(|key| key.id).collect::<Vec<_>>();
    let expected: Vec<_> = rest(&before).into_iter().filter(|own| *own != id).collect();
    match KeyRing::parse(&shorter) {
        Ok(after) if rest(&after) == expected => Ok(shorter),
        Ok(_) | Err(KeyFileError::Form { .. }) => Err(KeyFileError::Entangled(id.0)),
        Err(error) => Err(error),
    }
}

/// What stands before the first `[[key]]`, and then each of them up to the next.
fn blocks(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("[[key]]") && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(at);
    starts.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect()
}

/// The blank lines and comments at the end of a block: they are about what follows.
fn behind_keys(block: &str) -> &str {
    let is_about_next = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let lines: Vec<_> = block.split_inclusive('\n').collect();
    let behind: usize =
        lines.iter().rev().take_while(|line| is_about_next(line)).map(|line| line.len()).sum();
    &block[block.len() - behind..]
}

fn new_entry(
    id: KeyId,
    purpose: Purpose,
    active_from: Timestamp,
    rng: &mut impl CryptoRng,
) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    rng.fill_bytes(&mut *bytes);
    while Signer::new(id, purpose, &bytes).is_err() {
        rng.fill_bytes(&mut *bytes);
    }
    let key = Zeroizing::new(STANDARD.encode(*bytes));
    let from = active_from.0;
    Zeroizing::new(format!(
        "\n[[key]]\nid = {id}\npurpose = \"{purpose}\"\nactive_from = {from}\nkey = \"{}\"\n",
        *key
    ))
}

impl Key {
    fn read(entry: &KeyEntry) -> Result<Self, KeyFileError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        match STANDARD.decode_slice(entry.key.expose(), &mut *bytes) {
            Ok(32) => {}
            _ => return Err(KeyFileError::Length(entry.id.0)),
        }
        let signer = Signer::new(entry.id, entry.purpose, &bytes)?.map(Into::into);
        let active_from = Timestamp(entry.active_from);
        Ok(Self { id: entry.id, purpose: entry.purpose, active_from, bytes, signer })
    }
}
