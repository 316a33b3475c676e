//! The key file: where the key is kept and, but for the keychain's, the key itself.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::passphrase::Wrapped;
use super::{DataKey, KeyId, KeyPlace, STEM};
use crate::vault::VaultError;
use crate::vault::folder::Folder;
use crate::vault::stored::Exposed;

/// The file's name.
pub(in crate::vault) const KEY_FILE: &str = "key.json";
const VERSION: u32 = 1;
/// Room enough that the text never moves while it is written.
const ROOM: usize = 4096;

/// What the file says. It is replaced as a whole, so place and key never disagree.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyFile {
    version: u32,
    /// The key's id in hex digits: finds it in a keychain, and tells a damaged one.
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) kept: Kept,
}

/// The key, as its place has it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "lowercase")]
pub(super) enum Kept {
    File { key: Exposed },
    Keychain {},
    Passphrase(Wrapped),
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl KeyFile {
    pub(super) fn new(id: KeyId, kept: Kept) -> Self {
        Self { version: VERSION, id: id.to_string(), kept }
    }

    pub(super) fn read(home: &Folder) -> Result<Option<Self>, VaultError> {
        let Some(json) = home.read(KEY_FILE)?.map(Zeroizing::new) else { return Ok(None) };
        match serde_json::from_slice(&json) {
            Ok(Self { version: VERSION, id, kept }) => Ok(Some(Self { version: VERSION, id, kept })),
            _ => Err(unreadable(home, &json)),
        }
    }

    /// Puts it in the old one's place, durably. Who calls this holds the key's lock.
    pub(super) fn write(&self, home: &Folder) -> Result<(), VaultError> {
        let mut json = Zeroizing::new(Vec::with_capacity(ROOM));
        let written = serde_json::to_writer(&mut *json, self);
        written.map_err(|error| VaultError::system("write", &home.file(KEY_FILE))(error.into()))?;
        home.replace(STEM, KEY_FILE, &json)?;
        home.sync()
    }

    /// `key`, if it is the one that this file is about.
    pub(super) fn checked(&self, home: &Folder, key: Option<DataKey>) -> Result<DataKey, VaultError> {
        let damaged = || malformed(home, "the key is damaged: put it back from a backup");
        key.filter(|key| key.id().to_string() == self.id).ok_or_else(damaged)
    }
}

impl Kept {
    pub(super) fn file(key: &DataKey) -> Self {
        Self::File { key: Exposed(key.text()) }
    }

    pub(super) fn place(&self) -> KeyPlace {
        match self {
            Self::File { .. } => KeyPlace::File,
            Self::Keychain {} => KeyPlace::Keychain,
            Self::Passphrase(_) => KeyPlace::Passphrase,
        }
    }
}

fn unreadable(home: &Folder, json: &[u8]) -> VaultError {
    match serde_json::from_slice(json) {
        Ok(Version { version }) if version > VERSION => VaultError::Newer(home.file(KEY_FILE)),
        _ => malformed(home, "not a key file: put it back from a backup"),
    }
}

fn malformed(home: &Folder, why: &'static str) -> VaultError {
    VaultError::Malformed { path: home.file(KEY_FILE), why }
}
