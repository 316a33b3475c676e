//! Credentials on disk: one encrypted file each, in a folder that its owner alone can enter.
//!
//! ```text
//! key.json                    the key, or where it is
//! credentials/NAME.credential the newest generation
//! credentials/NAME.previous   the one before it
//! credentials/NAME.journal    an exchange that was begun
//! credentials/NAME.lock       held from before the exchange until after the write; never deleted
//! cool-downs/HASH.json        until when a provider wants no requests of an app
//! ```
//!
//! A file is replaced as a whole, so reading takes no lock. Nothing here needs a runtime or the network.

mod cool_down;
mod crash;
mod error;
mod folder;
mod home;
mod journal;
mod key;
mod lock;
mod locked;
mod seal;
mod stored;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stagedoor_wire::Secret;

pub use cool_down::{CoolDown, CoolDownKey, CoolDownKind};
pub use error::VaultError;
pub use journal::{Fingerprint, JournalEntry};
pub use key::{KeyPlace, NewKeyPlace};
pub use locked::Locked;

use crate::credential::{Credential, CredentialName};
use folder::Folder;
use key::{DataKey, Keychain};
use lock::Lock;
use seal::Unsound;

/// The ends of file names, after the credential's name.
const NEWEST: &str = "credential";
const PREVIOUS: &str = "previous";

/// The folder of credentials. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    home: Folder,
    credentials: Folder,
    cool_downs: Folder,
    key: DataKey,
    place: KeyPlace,
}

impl Vault {
    /// Where the vault is unless told otherwise: `$STAGEDOOR_HOME`, else `$XDG_DATA_HOME/stagedoor`, else
    /// `~/.local/share/stagedoor`.
    pub fn home() -> Result<PathBuf, VaultError> {
        home::home(|name| std::env::var_os(name))
    }

    /// Opens the folder, making it (0700) and its key (0600) when absent.
    /// [`VaultError::PassphraseNeeded`] asks for [`Vault::unlock`].
    pub fn open(home: &Path) -> Result<Self, VaultError> {
        Self::open_with(home, &Keychain::desktop())
    }

    fn open_with(home: &Path, keychain: &Keychain) -> Result<Self, VaultError> {
        Self::with_key(home, |home, credentials| key::load(home, credentials, keychain))
    }

    /// Opens the folder of a key under `passphrase`; where the key is elsewhere, as [`Vault::open`]. Takes a while and
    /// 64 MiB, as it must.
    pub fn unlock(home: &Path, passphrase: &Secret) -> Result<Self, VaultError> {
        Self::with_key(home, |home, credentials| key::unlock(home, credentials, passphrase))
    }

    fn with_key(
        home: &Path,
        load: impl FnOnce(&Folder, &Folder) -> Result<(DataKey, KeyPlace), VaultError>,
    ) -> Result<Self, VaultError> {
        let (credentials, cool_downs) =
            (Folder::at(home.join("credentials")), Folder::at(home.join("cool-downs")));
        let home = Folder::at(home.to_owned());
        home.ensure()?;
        credentials.check()?;
        let (key, place) = load(&home, &credentials)?;
        Ok(Self(Arc::new(Opened { home, credentials, cool_downs, key, place })))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.home.path()
    }

    /// Where the key is kept.
    pub fn key_place(&self) -> KeyPlace {
        self.0.place
    }

    /// Keeps the key in another place and gives the vault that knows it. No credential's file changes. What the disk kept of
    /// an old key file's blocks is out of reach: a key that lay open in a file may be found on a stolen disk.
    pub fn move_key(&self, to: NewKeyPlace<'_>) -> Result<Self, VaultError> {
        self.move_key_with(to, &Keychain::desktop())
    }

    fn move_key_with(&self, to: NewKeyPlace<'_>, keychain: &Keychain) -> Result<Self, VaultError> {
        let place = key::relocate(&self.0.home, &self.0.key, to, keychain)?;
        let key = self.0.key.again();
        Self::with_key(self.folder(), |_, _| Ok((key, place)))
    }

    /// Lets other processes of this user open the vault without passphrase or keychain for `seconds`: the kernel's keyring
    /// holds the key, in memory.
    pub fn keep_key(&self, seconds: u32) -> Result<(), VaultError> {
        key::keep(&self.0.key, seconds)
    }

    /// Ends [`Vault::keep_key`] before its time.
    pub fn forget_key(&self) {
        key::forget(&self.0.key);
    }

    /// The credentials there are, in order.
    pub fn names(&self) -> Result<Vec<CredentialName>, VaultError> {
        names_in(&self.0.credentials)
    }

    /// Reads a credential without a lock; `None` when there is none. On [`VaultError::Torn`], [`Locked::read`] may still find
    /// the previous generation.
    pub fn read(&self, name: &CredentialName) -> Result<Option<Credential>, VaultError> {
        if let Some(newest) = self.generation(name, NEWEST)? {
            return Ok(Some(newest));
        }
        let Some(previous) = self.generation(name, PREVIOUS)? else { return Ok(None) };
        // Written between the two looks, or taken away by hand.
        Ok(Some(self.generation(name, NEWEST)?.unwrap_or(previous)))
    }

    /// Waits for the credential's lock. Blocks: callers on a runtime use a thread for it.
    pub fn lock(&self, name: &CredentialName) -> Result<Locked, VaultError> {
        let lock = Lock::take(&self.0.credentials, name.as_str())?;
        Ok(Locked::new(self.clone(), name.clone(), lock))
    }

    /// The credential's lock; `None` while somebody else has it.
    pub fn try_lock(&self, name: &CredentialName) -> Result<Option<Locked>, VaultError> {
        let lock = Lock::try_take(&self.0.credentials, name.as_str())?;
        Ok(lock.map(|lock| Locked::new(self.clone(), name.clone(), lock)))
    }

    /// Waits until whoever holds the lock lets go, beside everybody else who waits, so that a hundred wake at once and
    /// read. Blocks.
    pub fn wait(&self, name: &CredentialName) -> Result<(), VaultError> {
        Lock::wait_for(&self.0.credentials, name.as_str())
    }

    /// The cool-down of an app at a provider, ended or not.
    pub fn cool_down(&self, key: &CoolDownKey) -> Result<Option<CoolDown>, VaultError> {
        cool_down::read(&self.0.cool_downs, key)
    }

    /// All cool-downs, ended or not.
    pub fn cool_downs(&self) -> Result<Vec<(CoolDownKey, CoolDown)>, VaultError> {
        cool_down::all(&self.0.cool_downs)
    }

    /// Notes a cool-down for all processes, unless the one that is noted lasts longer.
    pub fn set_cool_down(&self, key: &CoolDownKey, cool_down: &CoolDown) -> Result<(), VaultError> {
        cool_down::extend(&self.0.cool_downs, key, cool_down)
    }

    /// Forgets the cool-down of an app at a provider.
    pub fn lift_cool_down(&self, key: &CoolDownKey) -> Result<(), VaultError> {
        cool_down::lift(&self.0.cool_downs, key)
    }

    fn generation(&self, name: &CredentialName, which: &str) -> Result<Option<Credential>, VaultError> {
        Ok(self.sealed_generation(name, which)?.map(|(_, credential)| credential))
    }

    /// A credential beside the bytes it stands in.
    fn sealed_generation(
        &self,
        name: &CredentialName,
        which: &str,
    ) -> Result<Option<(Vec<u8>, Credential)>, VaultError> {
        let file = format!("{name}.{which}");
        let Some(sealed) = self.0.credentials.read(&file)? else { return Ok(None) };
        let path = self.0.credentials.file(&file);
        let content = match seal::open(&self.0.key, name, &sealed) {
            Ok(content) => content,
            Err(unsound) => return Err(unsound.error(path, name.clone())),
        };
        let credential = stored::read(&content).map_err(|why| VaultError::Malformed { path, why })?;
        Ok(Some((sealed, credential)))
    }
}

impl Unsound {
    fn error(self, path: PathBuf, name: CredentialName) -> VaultError {
        match self {
            Self::Torn => VaultError::Torn { path, name },
            Self::Foreign => VaultError::Foreign { path, name },
            Self::Newer => VaultError::Newer(path),
            Self::OtherKey => VaultError::OtherKey { path, name },
            Self::Misplaced => VaultError::Misplaced { path, name },
        }
    }
}

/// The credentials in the folder, in order.
fn names_in(credentials: &Folder) -> Result<Vec<CredentialName>, VaultError> {
    let named = |file: &String| {
        let (name, which) = file.rsplit_once('.')?;
        [NEWEST, PREVIOUS].contains(&which).then(|| CredentialName::new(name).ok())?
    };
    let mut names: Vec<_> = credentials.list()?.iter().filter_map(named).collect();
    names.sort();
    names.dedup();
    Ok(names)
}
