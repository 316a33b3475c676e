//! Apps and legacy keys kept in memory, bounded.
//!
//! A reader may load a row just before a commit changes it and come to keep it just after the commit forgot it. Every
//! commit that forgets something therefore starts a new generation, and what was read under an earlier one is not kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quick_cache::Equivalent;
use quick_cache::sync::Cache as Bounded;
use stagedoor_protocol::app::App;
use stagedoor_protocol::legacy_key::LegacyKey;
use stagedoor_wire::ClientId;

/// Longest id of a legacy key that is remembered, found or not: whoever calls must not fill memory with long ones.
const LEGACY_ID_BYTES: usize = 128;

pub(crate) struct Cache {
    apps: Bounded<Key, Arc<App>>,
    /// `None`: there is no such key.
    legacy_keys: Bounded<Key, Option<Arc<LegacyKey>>>,
    generation: Mutex<Generation>,
}

/// Counts the commits that made something here stale. Take it before the read transaction begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Generation(u64);

/// An API's name and what is unique within it: a client id, or the id of a legacy key.
#[derive(PartialEq, Eq, Hash, Clone, Debug)]
pub(crate) struct Key {
    pub(crate) api: Box<str>,
    pub(crate) id: Box<str>,
}

/// A [`Key`] that owns nothing; its hash must be the same.
#[derive(Hash)]
struct KeyRef<'a> {
    api: &'a str,
    id: &'a str,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.id == &*key.id && self.api == &*key.api
    }
}

impl Cache {
    pub(crate) fn new(apps: usize) -> Self {
        let generation = Mutex::new(Generation(0));
        Self { apps: Bounded::new(apps), legacy_keys: Bounded::new(apps), generation }
    }

    pub(crate) fn generation(&self) -> Generation {
        *self.lock()
    }

    pub(crate) fn app(&self, api: &str, client_id: &ClientId) -> Option<Arc<App>> {
        self.apps.get(&KeyRef { api, id: client_id.as_str() })
    }

    /// Keeps an app that was read under `generation`, unless something was forgotten since.
    pub(crate) fn keep_app(&self, api: &str, app: &Arc<App>, generation: Generation) {
        let key = Key { api: api.into(), id: app.client_id.as_str().into() };
        let current = self.lock();
        if *current == generation {
            self.apps.insert(key, app.clone());
        }
    }

    pub(crate) fn legacy_key(&self, api: &str, id: &str) -> Option<Option<Arc<LegacyKey>>> {
        self.legacy_keys.get(&KeyRef { api, id })
    }

    /// Keeps what was read about a legacy key under `generation`, unless something was forgotten since.
    pub(crate) fn keep_legacy_key(
        &self,
        api: &str,
        id: &str,
        found: &Option<Arc<LegacyKey>>,
        generation: Generation,
    ) {
        let current = self.lock();
        if *current == generation && id.len() <= LEGACY_ID_BYTES {
            self.legacy_keys.insert(Key { api: api.into(), id: id.into() }, found.clone());
        }
    }

    /// Forgets these apps, and all legacy keys: they hold parts of apps, and both change rarely.
    pub(crate) fn forget(&self, apps: &[Key]) {
        let mut current = self.lock();
        current.0 += 1;
        for key in apps {
            self.apps.remove(key);
        }
        self.legacy_keys.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Generation> {
        // Nothing panics while it is held, and the number is right even if something did.
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_parts() {
        let cache = Cache::new(10);
        cache.keep_legacy_key("api", "id", &None, cache.generation());
        assert!(cache.legacy_key("api", "id").is_some());
        for (api, id) in [("ap", "iid"), ("api", "i"), ("apii", "d"), ("id", "api")] {
            assert!(cache.legacy_key(api, id).is_none(), "{api} {id}");
        }
    }

    #[test]
    fn what_was_read_before_something_was_forgotten_is_not_kept() {
        let cache = Cache::new(10);
        let generation = cache.generation();
        cache.forget(&[]);
        cache.keep_legacy_key("api", "id", &None, generation);
        assert!(cache.legacy_key("api", "id").is_none());
    }

    #[test]
    fn long_ids_do_not_fill_memory() {
        let cache = Cache::new(10);
        let long = "x".repeat(LEGACY_ID_BYTES + 1);
        cache.keep_legacy_key("api", &long, &None, cache.generation());
        assert!(cache.legacy_key("api", &long).is_none());
    }
}
