//! The store as the server sees it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::app::App;
use stagedoor_protocol::device::Device;
use stagedoor_protocol::id::{AccountId, AppId, SessionId};
use stagedoor_protocol::legacy_key::LegacyKey;
use stagedoor_protocol::session::{Account, Session, SessionRecord};
use stagedoor_protocol::{About, Effect, Facts, Question, Timestamp};
use stagedoor_wire::Scopes;

use crate::cache::Cache;
use crate::ended::Ended;
use crate::figures::Figures;
use crate::memory::Memory;
use crate::sqlite::{Sizes, Sqlite, questions};
use crate::{CommitError, StoreError};

/// Everything that must last. Clones are cheap and share one database.
#[derive(Clone)]
pub struct Store {
    memory: Arc<Memory>,
    pub(crate) sqlite: Arc<Sqlite>,
}

/// How a store is opened.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// How many apps are kept in memory.
    pub cached_apps: usize,
    /// Lifetime of the longest-lived access token of any API. What ended longer ago than this ended no live token.
    pub longest_token_seconds: u32,
    /// How long one cleaning begins anything new. The commit takes as long again where the disk is slow.
    pub cleaning: Duration,
}

/// What is over.
#[derive(Debug, Clone)]
pub struct Over {
    /// The time: what expires says itself when.
    pub now: Timestamp,
    /// Grants say when they were authorized; how long they last is their API's rule. Those of other APIs don't end by time.
    pub grants: Vec<OverGrants>,
}

/// What cleaning did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Rows that went.
    pub rows: u32,
    /// Whether it stopped before it had come to an end, and is to go on.
    pub more: bool,
}

/// Grants of an API that have ended by time.
#[derive(Debug, Clone)]
pub struct OverGrants {
    /// The API's name.
    pub api: Arc<str>,
    /// All that were authorized before this have.
    pub authorized_before: Timestamp,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { cached_apps: 100_000, longest_token_seconds: 3600, cleaning: Duration::from_millis(5) }
    }
}

impl StoreOptions {
    fn memory(self) -> Memory {
        let (cache, ended) = (Cache::new(self.cached_apps), Ended::new(self.longest_token_seconds));
        Memory { cache, ended, figures: Figures::default(), cleaning: self.cleaning }
    }
}

impl Store {
    /// Opens the database at `path`, creates or migrates it, and loads what has ended and may still be presented.
    /// Blocks; a new file can be read by its owner alone.
    pub fn open(path: &Path, options: StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let memory = Arc::new(options.memory());
        let sqlite = Sqlite::open(path, &memory, now)?;
        Ok(Self { memory, sqlite: Arc::new(sqlite) })
    }

    /// Opens the database at `path` to look at it: whether or not a server uses it, nothing of it changes, and what is
    /// committed is refused. Blocks.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let memory = Arc::new(StoreOptions::default().memory());
        let sqlite = Sqlite::open_to_read(path, &memory)?;
        Ok(Self { memory, sqlite: Arc::new(sqlite) })
    }

    /// Says, before the first such token is made or taken, that access tokens live this long from now on. Where they live
    /// longer than before, older ones that were revoked may be good by their times once more, and are looked up. Blocks.
    pub fn expect_tokens_of(&self, seconds: u32, now: Timestamp) -> Result<(), StoreError> {
        let ended = &self.memory.ended;
        let before = ended.longest_token_seconds();
        if seconds <= before {
            return Ok(());
        }
        ended.expect_tokens_of(seconds);
        self.sqlite.load_ended(ended, now).inspect_err(|_| ended.expect_tokens_of(before))
    }

    /// The epoch that everything began anew under when a backup was restored; 0 where none was.
    pub fn restored(&self) -> u32 {
        self.memory.ended.floor()
    }

    /// Whether there are neither accounts nor apps. Blocks.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        self.sqlite.is_empty()
    }

    /// Answers a question about an app alone from memory, or not at all. Never blocks.
    pub fn known(&self, api: &str, question: &Question<'_>) -> Option<Facts> {
        let app = match question.about {
            About::App => self.memory.cache.app(api, question.client_id)?,
            _ => return None,
        };
        self.memory.figures.cache_hits.one();
        Some(Facts { app: Some(app), ..Facts::default() })
    }

    /// Answers a question.
    pub async fn answer(&self, api: &str, question: &Question<'_>) -> Result<Facts, StoreError> {
        if let Some(facts) = self.known(api, question) {
            return Ok(facts);
        }
        let known = self.memory.cache.app(api, question.client_id);
        match known {
            Some(_) => self.memory.figures.cache_hits.one(),
            None => self.memory.figures.cache_misses.one(),
        }
        let (api, client_id, about) = (api.to_owned(), question.client_id.clone(), question.about);
        self.sqlite.read(move |view| questions::answer(view, &api, &client_id, known, about)).await
    }

    /// Commits the effects of one decision: all of them or none. Returns once they are durable.
    pub async fn commit(&self, effects: Vec<Effect>) -> Result<(), CommitError> {
        if effects.is_empty() {
            return Ok(());
        }
        self.sqlite.commit(effects).await
    }

    /// Whether anything the token hangs on has ended since it was made: its app's, team's or account's epoch rose, its
    /// grant was revoked, or it was ended itself.
    pub fn has_ended(&self, token: &AccessToken) -> bool {
        self.memory.ended.has_ended(token)
    }

    /// A legacy key from memory. `None`: not known there; `Some(None)`: known not to exist.
    pub fn known_legacy_key(&self, api: &str, id: &str) -> Option<Option<Arc<LegacyKey>>> {
        self.memory.cache.legacy_key(api, id)
    }

    /// A legacy key by the text of its id header.
    pub async fn legacy_key(&self, api: &str, id: &str) -> Result<Option<Arc<LegacyKey>>, StoreError> {
        if let Some(known) = self.known_legacy_key(api, id) {
            return Ok(known);
        }
        let (api, id) = (api.to_owned(), id.to_owned());
        self.sqlite.read(move |view| questions::legacy_key(view, &api, &id)).await
    }

    /// An account by its e-mail address, in whatever case.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let email = email.to_lowercase();
        self.sqlite.read(move |view| questions::account_by_email(view, &email)).await
    }

    /// An account by its id, with what a sign-in needs.
    pub async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.sqlite.read(move |view| questions::account_by_id(view, id)).await
    }

    /// A person's sessions that are on, the newest first.
    pub async fn sessions(
        &self,
        account: AccountId,
        now: Timestamp,
        at_most: u32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        self.sqlite.read(move |view| questions::sessions(view, account, now, at_most)).await
    }

    /// A session and its account.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.sqlite.read(move |view| questions::session(view, id)).await
    }

    /// What a person allows an app.
    pub async fn consent(&self, app: AppId, account: AccountId) -> Result<Option<Scopes>, StoreError> {
        self.sqlite.read(move |view| questions::consent(view, app, account)).await
    }

    /// The device that shows the user code with one of these hashes, and its app. Whether it has expired is for the caller
    /// to see.
    pub async fn device_by_user_code(
        &self,
        api: &str,
        user_code_hashes: Vec<String>,
    ) -> Result<Option<(Device, Arc<App>)>, StoreError> {
        let api = api.to_owned();
        self.sqlite.read(move |view| questions::device_by_user_code(view, &api, &user_code_hashes)).await
    }

    /// Deletes up to `at_most` rows that are over, for some milliseconds at most, and forgets what ended only tokens that have
    /// expired.
    pub async fn clean(&self, over: Over, at_most: u32) -> Result<Cleaned, StoreError> {
        self.memory.ended.trim(over.now);
        self.sqlite.clean(over, at_most).await
    }

    /// What was counted since the store was opened.
    pub fn figures(&self) -> &Figures {
        &self.memory.figures
    }

    /// Jobs that wait for the writer, and reads that wait for a reader; 1024 are as many as may before callers wait to get in.
    pub fn waiting(&self) -> (usize, usize) {
        self.sqlite.waiting()
    }

    /// How large everything is. Counting rows goes on for about `at_a_time`, so that a huge table's number is
    /// from some askings ago.
    pub async fn sizes(&self, at_a_time: Duration) -> Result<Sizes, StoreError> {
        self.sqlite.sizes(at_a_time).await
    }

    /// Whether a reader answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.sqlite.read(questions::anything).await
    }

    /// Commits what waits, puts everything into the one database file and ends the threads. Later calls are
    /// [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.sqlite.close().await;
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_protocol::EpochOf;
    use stagedoor_protocol::id::TeamId;
    use tokio::sync::oneshot;

    use super::*;
    use crate::sqlite::sample::{API, APP, NOW, client_id, rows};

    /// A reader's transaction began before a commit and it reads the app after it: it sees the app as it was, and memory
    /// must not keep that.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_reader_that_was_overtaken_keeps_nothing() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("db"), StoreOptions::default(), NOW).unwrap();
        store.commit(rows()).await.unwrap();

        let (began, has_began) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel();
        let overtaken = tokio::spawn({
            let sqlite = store.sqlite.clone();
            async move {
                let read = sqlite.read(move |view| {
                    // The first statement takes the snapshot.
                    questions::session(view, SessionId(0))?;
                    began.send(()).unwrap();
                    may_go_on.blocking_recv().unwrap();
                    questions::answer(view, API, &client_id(), None, About::App)
                });
                read.await.unwrap().app.unwrap()
            }
        });
        has_began.await.unwrap();
        for epoch in [EpochOf::App(APP), EpochOf::Team(TeamId(1))] {
            store.commit(vec![Effect::Raise { epoch, at: NOW }]).await.unwrap();
        }
        go_on.send(()).unwrap();
        let seen = overtaken.await.unwrap();
        assert_eq!((seen.epoch, seen.owner.epoch), (0, 0), "it was overtaken");

        let question = Question { client_id: &client_id(), about: About::App };
        assert!(store.known(API, &question).is_none());
        let fresh = store.answer(API, &question).await.unwrap().app.unwrap();
        assert_eq!((fresh.epoch, fresh.owner.epoch), (1, 1));
        assert!(store.known(API, &question).is_some());
    }
}
