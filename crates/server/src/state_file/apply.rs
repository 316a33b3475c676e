//! Bringing a store to the state of a file, or showing what would be done: for the admin socket, and for a command that has
//! opened the store of a server that does not run.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stagedoor_protocol::{Rules, Timestamp};
use stagedoor_store::{CommitError, Store, StoreError};
use stagedoor_wire::strict_toml::{self, FileError};

use super::plan::{ApplyOptions, NewAppSecret, Plan, PlannedChange};
use super::{Current, StateFile, StateFileError};

/// What is asked.
#[derive(Deserialize, Serialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct ApplyRequest {
    /// The file's name, for mistakes.
    pub name: String,
    /// Its text.
    pub text: String,
    #[serde(default)]
    pub prune: bool,
    #[serde(default)]
    pub new_secrets: bool,
    /// Whether it is done, not shown alone.
    #[serde(default)]
    pub commit: bool,
}

/// Who asks, and by which way: for the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Applicant<'a> {
    pub actor: &'a str,
    pub origin: &'a str,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error(transparent)]
    Form(#[from] FileError),
    #[error("{name}: {error}")]
    File { name: String, error: StateFileError },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Compares and, where that is asked for, commits all of it as one. The answer tells each change; secrets are in it once they
/// are committed.
pub async fn apply(
    request: &ApplyRequest,
    store: &Store,
    rules: &[Rules],
    by: Applicant<'_>,
    now: Timestamp,
) -> Result<Value, ApplyError> {
    let file: StateFile = strict_toml::read(&request.name, &request.text)?;
    let current = Current::read(store).await?;
    let options = ApplyOptions { prune: request.prune, new_secrets: request.new_secrets };
    let mut plan = Plan::make(&file, &current, rules, options, by.actor, now)
        .map_err(|error| ApplyError::File { name: request.name.clone(), error })?;
    let changes: Vec<Value> = plan.changes.iter().map(change).collect();
    let notes = std::mem::take(&mut plan.notes);
    let mut secrets = Vec::new();
    if request.commit {
        secrets = std::mem::take(&mut plan.secrets);
        store.commit(plan.into_effects(by.origin)).await?;
    }
    let secrets: Vec<Value> = secrets.iter().map(secret).collect();
    Ok(json!({ "applied": request.commit, "changes": changes, "notes": notes, "secrets": secrets }))
}

fn change(change: &PlannedChange) -> Value {
    json!({ "sign": change.sign.as_str(), "what": change.what, "details": change.details })
}

fn secret(new: &NewAppSecret) -> Value {
    json!({ "api": new.api, "client_id": new.client_id.as_str(), "secret": new.secret.expose() })
}
