//! The key that seals the credentials. It is made once and never changes; where it is kept can be changed, which wraps it
//! anew and leaves every credential's file as it is.

mod file;
mod kernel_keyring;
mod keychain;
mod passphrase;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use sha2::{Digest, Sha256};
use stagedoor_wire::Secret;
use zeroize::Zeroizing;

use super::VaultError;
use super::folder::Folder;
use super::lock::Lock;
use crate::entropy;
pub(super) use file::KEY_FILE;
use file::{Kept, KeyFile};
pub(super) use kernel_keyring::{forget, keep};
pub(super) use keychain::Keychain;

const STEM: &str = "key";

/// Where the vault's key is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyPlace {
    /// In a file that its owner alone can read.
    File,
    /// In the desktop's keychain.
    Keychain,
    /// In a file, under a passphrase.
    Passphrase,
}

/// Where the key is to be kept from now on.
#[derive(Clone, Copy, Debug)]
pub enum NewKeyPlace<'a> {
    /// In a file that its owner alone can read.
    File,
    /// In the desktop's keychain.
    Keychain,
    /// In a file, under this passphrase.
    Passphrase(&'a Secret),
}

/// 32 random bytes.
pub(super) struct DataKey {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

/// Names a key without telling it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct KeyId(pub(super) [u8; 8]);

impl DataKey {
    pub(super) fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy::rng().fill_bytes(&mut *bytes);
        Self::new(bytes)
    }

    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let hash = Sha256::new().chain_update(b"stagedoor key id").chain_update(bytes.as_slice()).finalize();
        Self { id: KeyId(std::array::from_fn(|at| hash[at])), bytes }
    }

    /// The same key once more.
    pub(super) fn again(&self) -> Self {
        Self { bytes: self.bytes.clone(), id: self.id }
    }

    /// The key as text.
    fn text(&self) -> Secret {
        Secret::new(STANDARD.encode(self.bytes.as_slice()))
    }

    fn from_text(text: &Secret) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        // Room for what 44 characters can hold; a text of another length is no key.
        let mut room = Zeroizing::new([0; 33]);
        let length = STANDARD.decode_slice(text.expose(), &mut *room).ok()?;
        bytes.copy_from_slice(room.get(..length)?.try_into().ok().map(|key: &[u8; 32]| key)?);
        Some(Self::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(super) fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The key of the vault in `home`, made if this is its first use; for a passphrase's, from where it was left unlocked.
pub(super) fn load(
    home: &Folder,
    credentials: &Folder,
    keychain: &Keychain,
) -> Result<(DataKey, KeyPlace), VaultError> {
    let file = match KeyFile::read(home)? {
        Some(file) => file,
        None => first(home, credentials)?,
    };
    let key = match &file.kept {
        Kept::File { key } => file.checked(home, DataKey::from_text(&key.0))?,
        Kept::Passphrase(_) => match kernel_keyring::find(&file.id) {
            Some(key) => key,
            None => return Err(VaultError::PassphraseNeeded(home.path().to_owned())),
        },
        Kept::Keychain {} => match kernel_keyring::find(&file.id) {
            Some(key) => key,
            None => file.checked(home, from_keychain(home, &file, keychain)?)?,
        },
    };
    Ok((key, file.kept.place()))
}

/// The key under `passphrase`; another place's needs none.
pub(super) fn unlock(
    home: &Folder,
    credentials: &Folder,
    passphrase: &Secret,
) -> Result<(DataKey, KeyPlace), VaultError> {
    if let Some(file) = KeyFile::read(home)?
        && let Kept::Passphrase(wrapped) = &file.kept
    {
        let key = passphrase::unwrap(wrapped, &file.id, passphrase);
        let key = key.map_err(|unopened| unopened.error(&home.file(KEY_FILE)))?;
        return Ok((file.checked(home, Some(key))?, KeyPlace::Passphrase));
    }
    load(home, credentials, &Keychain::desktop())
}

/// Keeps `key` in another place. One rename decides: until then it is in the old place, from then on in the new one.
pub(super) fn relocate(
    home: &Folder,
    key: &DataKey,
    to: NewKeyPlace<'_>,
    keychain: &Keychain,
) -> Result<KeyPlace, VaultError> {
    let _lock = Lock::take(home, STEM)?;
    home.clear(STEM)?;
    let id = key.id().to_string();
    let kept = match to {
        NewKeyPlace::File => Kept::file(key),
        NewKeyPlace::Passphrase(passphrase) => {
            let wrapped = passphrase::wrap(key, passphrase);
            Kept::Passphrase(wrapped.map_err(|unopened| unopened.error(&home.file(KEY_FILE)))?)
        }
        NewKeyPlace::Keychain => {
            keychain.store(&id, &key.text())?;
            let stored = keychain.look_up(&id)?.and_then(|text| DataKey::from_text(&text));
            if stored.is_none_or(|stored| stored.id() != key.id()) {
                return Err(VaultError::NotInKeychain(home.path().to_owned()));
            }
            Kept::Keychain {}
        }
    };
    let place = kept.place();
    let before = KeyFile::read(home)?.map(|file| file.kept.place());
    KeyFile::new(key.id(), kept).write(home)?;
    if before == Some(KeyPlace::Keychain) && place != KeyPlace::Keychain && keychain.clear(&id).is_err() {
        tracing::warn!(key = id, "the keychain still holds the key");
    }
    Ok(place)
}

/// Makes the key, unless another process was quicker.
fn first(home: &Folder, credentials: &Folder) -> Result<KeyFile, VaultError> {
    let _lock = Lock::take(home, STEM)?;
    home.clear(STEM)?;
    if let Some(file) = KeyFile::read(home)? {
        return Ok(file);
    }
    // A new key beside old credentials would make them all unreadable for good.
    if !super::names_in(credentials)?.is_empty() {
        let (key, credentials) = (home.file(KEY_FILE), credentials.path().to_owned());
        return Err(VaultError::KeyLost { key, credentials });
    }
    let key = DataKey::random();
    let file = KeyFile::new(key.id(), Kept::file(&key));
    file.write(home)?;
    Ok(file)
}

fn from_keychain(home: &Folder, file: &KeyFile, keychain: &Keychain) -> Result<Option<DataKey>, VaultError> {
    match keychain.look_up(&file.id)? {
        Some(text) => Ok(DataKey::from_text(&text)),
        None => Err(VaultError::NotInKeychain(home.path().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_text() {
        let key = DataKey::random();
        assert_eq!(DataKey::from_text(&key.text()).unwrap().bytes(), key.bytes());
        for bad in ["", "AAAA", "?", &"A".repeat(44), &"A".repeat(48)] {
            assert!(DataKey::from_text(&Secret::new(bad)).is_none(), "{bad}");
        }
    }

    #[test]
    fn its_debug_is_its_id() {
        let key = DataKey::random();
        assert_eq!(format!("{key:?}"), format!("DataKey({})", key.id()));
    }
}
