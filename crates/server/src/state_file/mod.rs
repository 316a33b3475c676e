//! A declarative state: accounts, teams, apps and legacy keys, as one TOML file. `dev` fills an empty store with one,
//! `stagedoor export` writes one, and `stagedoor apply` brings a server to what one says.
//!
//! Rows are known by what people know them by: an e-mail, a team's name, an API's client id. No secret is ever written; those
//! that stand in a file somebody wrote are taken over as keyed hashes.

mod apply;
mod current;
mod named;
mod plan;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use serde::Deserialize;
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::team::{Role, TeamKind};
use stagedoor_protocol::{Effect, Rules, Timestamp};
use stagedoor_wire::{ClientId, RedirectUri, Secret};

use crate::Api;

pub(crate) use apply::Applied;
pub use apply::{Applicant, ApplyError, ApplyRequest, apply, show};
pub use current::{Current, CurrentApp, CurrentTeam};
pub use named::Named;
pub use plan::{ApplyOptions, NewAppSecret, Plan, PlannedChange, Sign};
pub use write::write;

/// A state that is to be.
#[derive(Clone, Deserialize, Debug, Default)]
#[serde(deny_unknown_fields)]
pub struct StateFile {
    #[serde(default)]
    pub account: Vec<AccountEntry>,
    #[serde(default)]
    pub team: Vec<TeamEntry>,
    #[serde(default)]
    pub app: Vec<AppEntry>,
    #[serde(default)]
    pub legacy_key: Vec<LegacyKeyEntry>,
}

/// A person.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct AccountEntry {
    pub email: String,
    pub name: String,
    #[serde(default)]
    pub administrator: bool,
    /// Cannot sign in.
    #[serde(default)]
    pub suspended: bool,
    /// PHC string of argon2id, at most 256 MiB, 16 passes and 16 lanes, for an account that is new. Without it nobody can sign in until a password is set.
    pub password_hash: Option<String>,
    /// For one that is new; else it is drawn.
    pub id: Option<AccountId>,
}

/// A team.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct TeamEntry {
    pub name: String,
    pub kind: TeamKind,
    #[serde(default)]
    pub members: Vec<MemberEntry>,
    /// For one that is new; else it is drawn.
    pub id: Option<TeamId>,
}

/// A team's member.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct MemberEntry {
    /// An e-mail, or the `id` of an account of this file.
    pub account: Named<AccountId>,
    pub role: Role,
}

/// An app.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct AppEntry {
    /// The API's name.
    pub api: String,
    pub client_id: ClientId,
    /// Client secrets that exist already, of eight characters or more; they are kept as keyed hashes.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Where people read more of it.
    #[serde(default)]
    pub website: String,
    /// How it uses the API.
    #[serde(default)]
    pub purpose: String,
    /// The version of the API's terms that was accepted when it was made.
    pub terms: Option<String>,
    pub stage: Stage,
    /// The team that owns it: its name, or the `id` of a team of this file.
    pub team: Named<TeamId>,
    /// Teams it may act for besides.
    #[serde(default)]
    pub acts_for: Vec<Named<TeamId>>,
    #[serde(default)]
    pub public: bool,
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// People on its list while it is in development.
    #[serde(default)]
    pub users: Vec<Named<AccountId>>,
}

/// A deprecated pair of headers: either its key, or what is kept of it with the key of the key file that this rests on.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct LegacyKeyEntry {
    pub api: String,
    pub id: String,
    /// The app it belongs to.
    pub client_id: ClientId,
    pub key: Option<Secret>,
    /// Sixteen bytes in hexadecimal digits.
    pub hash: Option<String>,
    pub key_id: Option<u16>,
    /// Sixteen bytes in hexadecimal digits.
    pub key_fingerprint: Option<String>,
    /// When it stops working (RFC 3339).
    pub ends: Option<String>,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// It is not TOML of the right form; the text names line and column.
    #[error("the state file cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    #[error("app {client_id}: there is no API named {api}")]
    UnknownApi { client_id: ClientId, api: String },
    #[error("app {client_id}: every app of {api} needs a secret, so it cannot be public; leave out `public`")]
    PublicApp { client_id: ClientId, api: String },
    #[error("legacy key {id}: no app {client_id} stands before it")]
    UnknownApp { id: String, client_id: ClientId },
    /// One entry, and what is wrong with it.
    #[error("{entry}: {why}")]
    Entry { entry: String, why: String },
}

impl StateFile {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, StateFileError> {
        Ok(toml::from_str(text)?)
    }

    /// What makes an empty store hold this state.
    pub fn effects(&self, apis: &[Arc<Api>], now: Timestamp) -> Result<Vec<Effect>, StateFileError> {
        let rules: Vec<Rules> = apis.iter().map(|api| api.rules.clone()).collect();
        let plan = Plan::make(self, &Current::default(), &rules, ApplyOptions::default(), "stagedoor", now)?;
        Ok(plan.into_effects(Origin::default()))
    }
}

impl StateFileError {
    fn entry(entry: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Entry { entry: entry.into(), why: why.into() }
    }
}
