//! What only the holder of a credential's lock may do.

use super::folder::Folder;
use super::lock::Lock;
use super::{JournalEntry, NEWEST, PREVIOUS, Vault, VaultError, seal, stored};
use crate::credential::{Credential, CredentialName};

const JOURNAL: &str = "journal";

/// One credential's lock, held until dropped.
#[derive(Debug)]
pub struct Locked {
    vault: Vault,
    name: CredentialName,
    _lock: Lock,
}

impl Locked {
    pub(super) fn new(vault: Vault, name: CredentialName, lock: Lock) -> Self {
        Self { vault, name, _lock: lock }
    }

    /// Reads the credential: its previous generation when the newest is torn or gone, `None` when there is none.
    pub fn read(&self) -> Result<Option<Credential>, VaultError> {
        match self.vault.generation(&self.name, NEWEST) {
            Ok(None) => self.vault.generation(&self.name, PREVIOUS),
            Err(torn @ VaultError::Torn { .. }) => match self.vault.generation(&self.name, PREVIOUS) {
                Ok(Some(previous)) => {
                    tracing::warn!(
                        name = self.name.as_str(),
                        "the newest file is damaged; the one before it is used"
                    );
                    Ok(Some(previous))
                }
                _ => Err(torn),
            },
            newest => newest,
        }
    }

    /// Writes the credential and keeps the newest sound generation as the previous one. Durable when it returns; ends the
    /// journal's entry. A file that is another key's or version's is never written over.
    pub fn write(&self, credential: &Credential) -> Result<(), VaultError> {
        let (folder, name) = (self.folder(), self.name.as_str());
        let newest = match self.vault.sealed_generation(&self.name, NEWEST) {
            // It has nothing to keep, and must not push out the previous generation, which may be the last sound one.
            Err(VaultError::Torn { .. }) => None,
            newest => newest?,
        };
        let sealed = self.sealed(credential)?;
        folder.clear(name)?;
        if let Some((bytes, _)) = newest {
            folder.keep(name, &self.file(NEWEST), &bytes, &self.file(PREVIOUS))?;
        }
        folder.replace(name, &self.file(NEWEST), &sealed)?;
        folder.sync()?;
        // After the sync: what is durable without its journal entry must be the new generation.
        self.end()
    }

    /// Deletes the credential, its previous generation and its journal; not the lock.
    pub fn remove(&self) -> Result<(), VaultError> {
        let folder = self.folder();
        folder.clear(self.name.as_str())?;
        // The newest goes last: a previous generation that outlived it would come back in its place.
        for which in [JOURNAL, PREVIOUS, NEWEST] {
            folder.delete(&self.file(which))?;
            folder.sync()?;
        }
        Ok(())
    }

    /// Notes an exchange that is about to go out. Durable when it returns.
    pub fn begin(&self, entry: &JournalEntry) -> Result<(), VaultError> {
        let (folder, file) = (self.folder(), self.file(JOURNAL));
        let json = serde_json::to_vec(entry);
        let json = json.map_err(|error| VaultError::system("write", &folder.file(&file))(error.into()))?;
        folder.replace(self.name.as_str(), &file, &json)?;
        folder.sync()
    }

    /// The exchange that was begun and not seen to end. One that ended in a write may still stand here after a crash: then
    /// its fingerprint is not that of the credential's refresh token any more, or that token did not change.
    pub fn journal(&self) -> Result<Option<JournalEntry>, VaultError> {
        let (folder, file) = (self.folder(), self.file(JOURNAL));
        let Some(json) = folder.read(&file)? else { return Ok(None) };
        let why = "not a journal's entry";
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_| VaultError::Malformed { path: folder.file(&file), why })
    }

    /// The exchange was answered and nothing changed: a refusal.
    pub fn end(&self) -> Result<(), VaultError> {
        let (folder, file) = (self.folder(), self.file(JOURNAL));
        if folder.read(&file)?.is_none() {
            return Ok(());
        }
        folder.delete(&file)?;
        folder.sync()
    }

    fn sealed(&self, credential: &Credential) -> Result<Vec<u8>, VaultError> {
        let path = self.folder().file(&self.file(NEWEST));
        let sealed = stored::write(credential).map_err(std::io::Error::from).and_then(|content| {
            seal::seal(&self.vault.0.key, &self.name, &content).map_err(std::io::Error::other)
        });
        sealed.map_err(VaultError::system("write", &path))
    }

    fn folder(&self) -> &Folder {
        &self.vault.0.credentials
    }

    fn file(&self, which: &str) -> String {
        format!("{}.{which}", self.name)
    }
}
