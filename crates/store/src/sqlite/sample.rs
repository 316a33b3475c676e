//! A few rows for tests inside the crate.

use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::app::{NewApp, Stage};
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, TeamId};
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_wire::{ClientId, Scopes};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const API: &str = "api";
pub(crate) const APP: AppId = AppId(1);
const TEAM: TeamId = TeamId(1);
const ACCOUNT: AccountId = AccountId(1);

pub(crate) fn client_id() -> ClientId {
    ClientId::new("client").unwrap()
}

/// A team, an app and an account.
pub(crate) fn rows() -> Vec<Effect> {
    let new = NewApp {
        team: TEAM,
        name: String::new(),
        description: String::new(),
        purpose: String::new(),
        terms: None,
        redirect_uris: Vec::new(),
        public: false,
    };
    let app = Effect::CreateApp {
        api: API.into(),
        id: APP,
        client_id: client_id(),
        new: Box::new(new),
        stage: Stage::Approved,
        at_most: None,
        at: NOW,
    };
    let (name, email, password_hash) = (String::new(), "ada@example.com".to_owned(), String::new());
    vec![
        Effect::CreateTeam { id: TEAM, name: String::new(), kind: TeamKind::Label, at: NOW },
        app,
        Effect::CreateAccount { id: ACCOUNT, email, name, password_hash, at: NOW },
    ]
}

pub(crate) fn code(id: i64, redirect_uri: String) -> Effect {
    Effect::SaveCode(Code {
        id: CodeId(id),
        hash: [0; 32],
        app: APP,
        account: ACCOUNT,
        redirect_uri,
        challenge: None,
        scopes: Scopes::none(),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        authorized: NOW,
        expires: NOW,
        state: CodeState::Unused,
    })
}
