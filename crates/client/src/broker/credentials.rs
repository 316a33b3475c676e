//! The credentials that are asked for, by name. The vault is the truth: what another process logs in, renews or removes is
//! seen within a second.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

use super::credential_entry::CredentialEntry;
use super::refusal::Refusal;
use crate::clock::{Clock, Moment};
use crate::credential::{Credential, CredentialName};
use crate::http_client::HttpClient;
use crate::provider::Provider;
use crate::source::{SourceError, TokenSource};
use crate::vault::{CoolDown, CoolDownKey, Vault, VaultError};

/// How long what is stored may be another's before that is seen.
const LOOK_MILLIS: u64 = 1_000;

pub(super) struct Credentials {
    vault: Vault,
    clock: Clock,
    http: HttpClient,
    known: RwLock<HashMap<Box<str>, Arc<CredentialEntry>>>,
}

impl Credentials {
    pub(super) fn new(vault: Vault, clock: Clock) -> Self {
        Self { vault, clock, http: HttpClient::new(), known: RwLock::default() }
    }

    /// The credential called `name`.
    pub(super) fn find(&self, name: &str) -> Result<Arc<CredentialEntry>, Refusal> {
        let now = self.clock.now();
        let known = self.known(name);
        match known {
            Some(entry) if is_fresh(&entry, now) => Ok(entry),
            known => self.look(name, known, now),
        }
    }

    /// All that were asked for, by name.
    pub(super) fn all(&self) -> Vec<(Box<str>, Arc<CredentialEntry>)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known.iter().map(|(name, entry)| (name.clone(), Arc::clone(entry))).collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// Has every credential of that app keep to `cool_down`.
    pub(super) fn cool_down(&self, key: &CoolDownKey, cool_down: &CoolDown) {
        for (_, entry) in self.all() {
            if entry.key == *key {
                entry.set_cool_down(Some(cool_down.clone()));
            }
        }
    }

    fn source(&self, name: &CredentialName, credential: &Credential) -> Result<TokenSource, Refusal> {
        let provider = Provider::stored(&credential.provider, self.vault.folder());
        let provider = provider.map_err(|error| Refusal::Fault(error.to_string()))?;
        let (vault, http) = (self.vault.clone(), self.http.clone());
        Ok(TokenSource::with_clock(vault, name.clone(), provider, http, self.clock.clone()))
    }

    fn known(&self, name: &str) -> Option<Arc<CredentialEntry>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Compares with what is stored. Reads a small file; takes no lock of the vault's.
    fn look(
        &self,
        name: &str,
        known: Option<Arc<CredentialEntry>>,
        now: Moment,
    ) -> Result<Arc<CredentialEntry>, Refusal> {
        if let Some(entry) = &known {
            entry.looked_millis.store(now.boot_millis, Ordering::Relaxed);
        }
        let name = CredentialName::new(name).map_err(|_| Refusal::Nothing)?;
        let stored = match (self.vault.read(&name), known) {
            // The previous generation may still be had, under the lock: the token's source sees to that.
            (Err(VaultError::Torn { .. }), Some(entry)) => return Ok(entry),
            (stored, known) => (stored.map_err(SourceError::from)?, known),
        };
        let entry = match stored {
            (None, _) => {
                self.known.write().unwrap_or_else(PoisonError::into_inner).remove(name.as_str());
                return Err(SourceError::Unknown(name).into());
            }
            (Some(credential), Some(entry)) if entry.is_of(&credential) => entry,
            (Some(credential), before) => {
                let figures = before.map(|entry| Arc::clone(&entry.figures)).unwrap_or_default();
                let source = self.source(&name, &credential)?;
                let entry = Arc::new(CredentialEntry::new(&credential, source, figures)?);
                entry.looked_millis.store(now.boot_millis, Ordering::Relaxed);
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                known.insert(name.as_str().into(), Arc::clone(&entry));
                entry
            }
        };
        entry.set_cool_down(self.vault.cool_down(&entry.key).map_err(SourceError::from)?);
        Ok(entry)
    }
}

fn is_fresh(entry: &CredentialEntry, now: Moment) -> bool {
    now.boot_millis < entry.looked_millis.load(Ordering::Relaxed).saturating_add(LOOK_MILLIS)
}
