//! What brings a store from the state it holds to the one a file says: a pure comparison. Nothing is removed unless that is
//! asked for; what an entry lists is what there is afterwards.

mod accounts;
mod apps;
mod checked;
mod legacy_keys;
mod teams;

use std::collections::HashSet;
use std::fmt;

use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::decision::{AuditEntry, Origin, Subject};
use stagedoor_protocol::id::{AccountId, AppId, TeamId};
use stagedoor_protocol::{Effect, Rules, Timestamp};
use stagedoor_wire::{ClientId, Secret};

use super::current::Current;
use super::{Named, StateFile, StateFileError};

pub(super) use legacy_keys::hex;

/// What may be done besides making and changing.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApplyOptions {
    /// Remove apps and legacy keys that the file does not have, and suspend such people. Teams stay.
    pub prune: bool,
    /// Give each new app a secret, unless the file has one for it.
    pub new_secrets: bool,
}

/// All that is to be done, to be committed as one.
#[derive(Debug, Default)]
pub struct Plan {
    pub changes: Vec<PlannedChange>,
    /// What is left as it is, and what there is to do for a person.
    pub notes: Vec<String>,
    /// Of new apps, to be shown once, and only after the commit.
    pub secrets: Vec<NewAppSecret>,
}

/// One row that is made, changed or removed.
#[derive(Debug)]
pub struct PlannedChange {
    pub sign: Sign,
    /// Such as `app catalogue 3c2b1a09`.
    pub what: String,
    /// What of it.
    pub details: Vec<String>,
    effects: Vec<Effect>,
}

/// Whether it is made, changed or removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    Make,
    Change,
    Remove,
}

/// A new app's secret.
#[derive(Debug)]
pub struct NewAppSecret {
    pub api: String,
    pub client_id: ClientId,
    pub secret: Secret,
}

impl Plan {
    /// Compares. `rules` are those of all APIs, `actor` is who asks, for the audit log.
    pub fn make(
        file: &StateFile,
        current: &Current,
        rules: &[Rules],
        options: ApplyOptions,
        actor: &str,
        now: Timestamp,
    ) -> Result<Self, StateFileError> {
        let file = &checked::checked(file)?;
        let mut comparison = Comparison {
            current,
            rules,
            options,
            actor,
            now,
            accounts: current.accounts.iter().map(|own| (own.email.as_str().to_owned(), own.id)).collect(),
            teams: current.teams.iter().map(|own| (own.record.name.clone(), own.record.id)).collect(),
            apps: Vec::new(),
            plan: Self::default(),
        };
        accounts::compare(&mut comparison, file)?;
        teams::compare(&mut comparison, file)?;
        apps::compare(&mut comparison, file)?;
        legacy_keys::compare(&mut comparison, file)?;
        Ok(comparison.plan)
    }

    /// Whether everything is as the file says.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What to commit; lines of the audit log say by which way it came.
    pub fn into_effects(self, origin: Origin<'_>) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.changes.into_iter().flat_map(|change| change.effects).collect();
        origin.mark(&mut effects);
        effects
    }
}

impl Sign {
    /// As a comparison shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Make => "+",
            Self::Change => "~",
            Self::Remove => "-",
        }
    }
}

impl fmt::Display for PlannedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sign.as_str(), self.what)?;
        self.details.iter().try_for_each(|detail| write!(f, "\n    {detail}"))
    }
}

/// A comparison that goes on.
struct Comparison<'a> {
    current: &'a Current,
    rules: &'a [Rules],
    options: ApplyOptions,
    actor: &'a str,
    now: Timestamp,
    /// Those there are and those of the file, by e-mail.
    accounts: Vec<(String, AccountId)>,
    /// The same by name.
    teams: Vec<(String, TeamId)>,
    /// Those of the file.
    apps: Vec<(&'a str, &'a ClientId, AppId)>,
    plan: Plan,
}

impl<'a> Comparison<'a> {
    fn audit(&self, what: &str, subject: Subject) -> Effect {
        Effect::Audit(AuditEntry::new(self.now, self.actor, what, subject))
    }

    fn make(&mut self, what: String, effects: Vec<Effect>) {
        self.plan.changes.push(PlannedChange { sign: Sign::Make, what, details: Vec::new(), effects });
    }

    fn remove(&mut self, what: String, details: Vec<String>, effects: Vec<Effect>) {
        self.plan.changes.push(PlannedChange { sign: Sign::Remove, what, details, effects });
    }

    /// Notes a change, unless there is none.
    fn change(&mut self, what: String, details: Vec<String>, effects: Vec<Effect>) {
        if !effects.is_empty() {
            self.plan.changes.push(PlannedChange { sign: Sign::Change, what, details, effects });
        }
    }

    fn account(&self, named: &Named<AccountId>, entry: &str) -> Result<AccountId, StateFileError> {
        let same = |(email, id): &&(String, AccountId)| match named {
            Named::Id(own) => id == own,
            Named::Name(name) => email == name,
        };
        let missing =
            || StateFileError::entry(entry, format!("there is no account {named}; add an [[account]]"));
        self.accounts.iter().find(same).map(|(_, id)| *id).ok_or_else(missing)
    }

    fn team(&self, named: &Named<TeamId>, entry: &str) -> Result<TeamId, StateFileError> {
        let same = |(name, id): &&(String, TeamId)| match named {
            Named::Id(own) => id == own,
            Named::Name(own) => name == own,
        };
        let missing = || StateFileError::entry(entry, format!("there is no team {named}; add a [[team]]"));
        self.teams.iter().find(same).map(|(_, id)| *id).ok_or_else(missing)
    }

    fn rules(&self, api: &str, client_id: &ClientId) -> Result<&'a Rules, StateFileError> {
        let unknown = || StateFileError::UnknownApi { client_id: client_id.clone(), api: api.to_owned() };
        self.rules.iter().find(|rules| &*rules.api == api).ok_or_else(unknown)
    }

    fn app_record(&self, api: &str, client_id: &ClientId) -> Option<&'a AppRecord> {
        let mut records = self.current.apps.iter().map(|own| &own.record);
        records.find(|record| record.api == api && record.app.client_id == *client_id)
    }
}

/// What stands twice in a file is a mistake: nobody could say which one is meant.
fn refuse_twice<T: std::hash::Hash + Eq>(
    keys: impl Iterator<Item = (T, String)>,
) -> Result<(), StateFileError> {
    let mut seen = HashSet::new();
    for (key, entry) in keys {
        if !seen.insert(key) {
            return Err(StateFileError::entry(entry, "it stands in the file twice"));
        }
    }
    Ok(())
}
