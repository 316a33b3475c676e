//! A store with a little in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use stagedoor_protocol::access_token::{AccessToken, Epochs, Standing};
use stagedoor_protocol::app::{App, NewApp, Stage};
use stagedoor_protocol::client_secret::{Sealed, StoredSecret};
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::device::{Device, DeviceState};
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, DeviceId, GrantId, SecretId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{About, Effect, Facts, Question, Timestamp};
use stagedoor_store::{CommitError, Over, Store, StoreOptions};
use stagedoor_wire::{ClientId, RedirectUri, Scopes};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const LONGEST_TOKEN_SECONDS: u32 = 3600;

pub(crate) const API: &str = "api";
pub(crate) const TEAM: TeamId = TeamId(1);
pub(crate) const OTHER_TEAM: TeamId = TeamId(2);
pub(crate) const APP: AppId = AppId(10);
pub(crate) const OTHER_APP: AppId = AppId(11);
pub(crate) const ACCOUNT: AccountId = AccountId(20);
pub(crate) const OTHER_ACCOUNT: AccountId = AccountId(21);

/// Two teams, two apps of the first, two accounts.
pub(crate) struct World {
    pub(crate) store: Store,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = open(&folder.path().join("store.db"), NOW);
        let world = Self { store, folder };
        world.commit(first_rows()).await.unwrap();
        world
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    /// The same database in a store that has just been opened.
    pub(crate) async fn reopen(&mut self, now: Timestamp) {
        self.store.close().await;
        self.store = open(&self.path(), now);
    }

    pub(crate) async fn commit(&self, effects: impl IntoIterator<Item = Effect>) -> Result<(), CommitError> {
        self.store.commit(effects.into_iter().collect()).await
    }

    pub(crate) async fn ask(&self, about: About) -> Facts {
        self.store.answer(API, &Question { client_id: &client_id(APP), about }).await.unwrap()
    }

    pub(crate) async fn app(&self, app: AppId) -> Arc<App> {
        let question = Question { client_id: &client_id(app), about: About::App };
        self.store.answer(API, &question).await.unwrap().app.unwrap()
    }

    /// Whether memory knows the app.
    pub(crate) fn knows(&self, app: AppId) -> bool {
        self.store.known(API, &Question { client_id: &client_id(app), about: About::App }).is_some()
    }
}

pub(crate) fn open(path: &Path, now: Timestamp) -> Store {
    // However slow the machine is, no test meets the end of that time.
    let cleaning = Duration::from_secs(3600);
    let options =
        StoreOptions { longest_token_seconds: LONGEST_TOKEN_SECONDS, cleaning, ..StoreOptions::default() };
    Store::open(path, options, now).unwrap()
}

pub(crate) fn first_rows() -> Vec<Effect> {
    vec![
        create_team(TEAM, "First"),
        create_team(OTHER_TEAM, "Second"),
        create_app(APP, TEAM, None),
        create_app(OTHER_APP, TEAM, None),
        create_account(ACCOUNT, "ada@example.com"),
        create_account(OTHER_ACCOUNT, "bob@example.com"),
    ]
}

pub(crate) fn create_team(id: TeamId, name: &str) -> Effect {
    Effect::CreateTeam { id, name: name.to_owned(), kind: TeamKind::Label, at: NOW }
}

pub(crate) fn create_app(id: AppId, team: TeamId, at_most: Option<u32>) -> Effect {
    let redirect_uris = ["https://b.example/cb", "https://a.example/cb"];
    let new = NewApp {
        team,
        name: format!("App {id}"),
        description: String::new(),
        purpose: String::new(),
        terms: None,
        redirect_uris: redirect_uris.map(|uri| RedirectUri::parse(uri).unwrap()).into(),
        public: false,
    };
    let (api, stage) = (API.into(), Stage::Development);
    Effect::CreateApp { api, id, client_id: client_id(id), new: Box::new(new), stage, at_most, at: NOW }
}

pub(crate) fn create_account(id: AccountId, email: &str) -> Effect {
    let (email, name) = (email.to_owned(), "Ada".to_owned());
    Effect::CreateAccount { id, email, name, password_hash: "$argon2id$".to_owned(), at: NOW }
}

pub(crate) fn client_id(app: AppId) -> ClientId {
    ClientId::new(&format!("client-{app}")).unwrap()
}

pub(crate) fn secret(id: i64) -> StoredSecret {
    StoredSecret {
        id: SecretId(id),
        name: "first".to_owned(),
        key: KeyId(3),
        hash: [7; 16],
        created: NOW,
        expires: Some(NOW.plus_seconds(60)),
        last_used: None,
        sealed: Some(Sealed { key: KeyId(4), bytes: vec![1, 2, 3] }),
    }
}

pub(crate) fn code(id: i64) -> Code {
    Code {
        id: CodeId(id),
        hash: [id as u8; 32],
        app: APP,
        account: ACCOUNT,
        redirect_uri: "https://a.example/cb".to_owned(),
        challenge: None,
        scopes: scopes("read write"),
        epochs: Epochs { app: 1, team: 2, account: 3 },
        authorized: NOW,
        expires: NOW.plus_seconds(600),
        state: CodeState::Unused,
    }
}

pub(crate) fn grant(id: i64) -> Grant {
    Grant {
        id: GrantId(id),
        app: APP,
        team: TEAM,
        account: Some(ACCOUNT),
        scopes: scopes("read write"),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        salt: [9; 16],
        key: KeyId(2),
        confidential: true,
        authorized: NOW,
        succession: Succession { presented: 0, at: NOW },
        revoked: None,
    }
}

pub(crate) fn present(id: i64, was: u32) -> Effect {
    Effect::Present { grant: GrantId(id), was, now: Succession { presented: was + 1, at: NOW } }
}

pub(crate) fn device(id: i64) -> Device {
    Device {
        id: DeviceId(id),
        hash: [id as u8; 32],
        user_code_hash: format!("CODE{id}"),
        app: APP,
        scopes: scopes("read"),
        expires: NOW.plus_seconds(900),
        interval_seconds: 5,
        polled: None,
        state: DeviceState::Pending,
    }
}

pub(crate) fn allowed() -> DeviceState {
    DeviceState::Allowed { account: ACCOUNT, at: NOW, epochs: Epochs { app: 1, team: 2, account: 3 } }
}

/// What is over at that time, where no grant ends by time.
pub(crate) fn over(now: Timestamp) -> Over {
    Over { now, grants: Vec::new() }
}

pub(crate) fn token(nonce: u64) -> AccessToken {
    AccessToken {
        app: APP,
        client_id: client_id(APP),
        team: TEAM,
        account: Some(ACCOUNT),
        grant: Some(GrantId(1)),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        standing: Standing::Served,
        scopes: scopes("read"),
        issued: NOW,
        expires: NOW.plus_seconds(i64::from(LONGEST_TOKEN_SECONDS)),
        nonce,
    }
}

pub(crate) fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}
