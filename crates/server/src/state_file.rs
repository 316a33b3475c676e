//! A declarative state: accounts, teams, apps and legacy keys, as one TOML file becomes effects.

use std::sync::Arc;

use serde::Deserialize;
use stagedoor_protocol::app::{NewApp, Stage, may_be_public};
use stagedoor_protocol::client_secret::NewSecret;
use stagedoor_protocol::id::{AccountId, AppId, TeamId};
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{Effect, Timestamp, legacy_key};
use stagedoor_wire::{ClientId, RedirectUri, Secret};

use crate::Api;
use crate::entropy;

/// A state that is to be.
#[derive(Deserialize, Debug)]
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
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct AccountEntry {
    pub id: AccountId,
    pub email: String,
    pub name: String,
    /// PHC string of argon2id.
    pub password_hash: String,
}

/// A team.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct TeamEntry {
    pub id: TeamId,
    pub name: String,
    pub kind: TeamKind,
}

/// An app.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct AppEntry {
    /// The API's name.
    pub api: String,
    pub client_id: ClientId,
    /// Client secrets that exist already; they are kept as keyed hashes.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub stage: Stage,
    /// The team that owns it.
    pub team: TeamId,
    /// Teams it may act for besides.
    #[serde(default)]
    pub acts_for: Vec<TeamId>,
    #[serde(default)]
    pub public: bool,
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// People on its list while it is in development.
    #[serde(default)]
    pub users: Vec<AccountId>,
}

/// A deprecated pair of headers.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct LegacyKeyEntry {
    pub api: String,
    pub id: String,
    pub key: Secret,
    /// The app it belongs to.
    pub client_id: ClientId,
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
}

impl StateFile {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, StateFileError> {
        Ok(toml::from_str(text)?)
    }

    /// What makes an empty store hold this state.
    pub fn effects(&self, apis: &[Arc<Api>], now: Timestamp) -> Result<Vec<Effect>, StateFileError> {
        let mut effects = Vec::new();
        for account in &self.account {
            effects.push(Effect::CreateAccount {
                id: account.id,
                email: account.email.to_lowercase(),
                name: account.name.clone(),
                password_hash: account.password_hash.clone(),
                at: now,
            });
        }
        for team in &self.team {
            effects.push(Effect::CreateTeam {
                id: team.id,
                name: team.name.clone(),
                kind: team.kind,
                at: now,
            });
        }
        let mut ids = Vec::new();
        for app in &self.app {
            let id = AppId::new(now, &mut entropy::rng());
            ids.push((app.api.as_str(), &app.client_id, id));
            app.add(id, apis, now, &mut effects)?;
        }
        for key in &self.legacy_key {
            let own = |(api, client_id, _): &&(&str, &ClientId, AppId)| {
                *api == key.api && **client_id == key.client_id
            };
            let unknown =
                || StateFileError::UnknownApp { id: key.id.clone(), client_id: key.client_id.clone() };
            let (_, _, app) = ids.iter().find(own).ok_or_else(unknown)?;
            let rules = &find(apis, &key.api, &key.client_id)?.rules;
            let (key_id, hash) = legacy_key::hash(rules, &key.id, &key.key, now);
            effects.push(Effect::AddLegacyKey {
                api: rules.api.clone(),
                id: key.id.clone(),
                app: *app,
                key: key_id,
                hash,
                ends: None,
            });
        }
        Ok(effects)
    }
}

impl AppEntry {
    fn add(
        &self,
        id: AppId,
        apis: &[Arc<Api>],
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<(), StateFileError> {
        let rules = &find(apis, &self.api, &self.client_id)?.rules;
        if self.public && !may_be_public(rules) {
            let (client_id, api) = (self.client_id.clone(), self.api.clone());
            return Err(StateFileError::PublicApp { client_id, api });
        }
        let new = NewApp {
            team: self.team,
            name: self.name.clone(),
            description: self.description.clone(),
            redirect_uris: self.redirect_uris.clone(),
            public: self.public,
        };
        effects.push(Effect::CreateApp {
            api: rules.api.clone(),
            id,
            client_id: self.client_id.clone(),
            new: Box::new(new),
            stage: self.stage,
            at_most: None,
            at: now,
        });
        for secret in &self.secrets {
            let new = NewSecret::of(rules, id, "imported", secret.clone(), now, &mut entropy::rng());
            effects.push(Effect::AddSecret { app: id, secret: new.stored });
        }
        effects.extend(self.acts_for.iter().map(|&team| Effect::LetActFor { app: id, team }));
        let list = |&account: &AccountId| Effect::ListUser { app: id, account, at_most: None };
        effects.extend(self.users.iter().map(list));
        Ok(())
    }
}

fn find<'a>(apis: &'a [Arc<Api>], name: &str, client_id: &ClientId) -> Result<&'a Api, StateFileError> {
    let api = apis.iter().find(|api| &*api.rules.api == name);
    let unknown = || StateFileError::UnknownApi { client_id: client_id.clone(), api: name.to_owned() };
    api.map(|api| &**api).ok_or_else(unknown)
}
