//! Bringing a store to the state of a file, or showing what would be done: for the admin socket, and for a command that has
//! opened the store of a server that does not run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::{Effect, Rules, Timestamp};
use stagedoor_store::{CommitError, Store, StoreError};
use stagedoor_wire::strict_toml::{self, FileError};

use super::plan::{ApplyOptions, NewAppSecret, Plan, PlannedChange};
use super::{Current, StateFile, StateFileError};

/// What is asked.
#[derive(Deserialize, Serialize, JsonSchema, Debug)]
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
#[derive(Clone, Debug)]
pub struct Applicant<'a> {
    pub actor: &'a str,
    pub origin: Origin<'a>,
    /// Committed before it.
    pub given: Vec<Effect>,
}

/// What was done, or would be.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Applied {
    /// Whether it was done.
    applied: bool,
    changes: Vec<AppliedChange>,
    /// What to know besides.
    notes: Vec<String>,
    /// Of apps that are new, where they were asked for: in this answer alone.
    secrets: Vec<AppliedSecret>,
}

#[derive(Serialize, JsonSchema)]
struct AppliedChange {
    sign: &'static str,
    what: String,
    details: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct AppliedSecret {
    api: String,
    client_id: String,
    secret: String,
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
    let current = Current::read(store).await?;
    let mut plan = plan(request, &current, rules, by.actor, now)?;
    if !request.commit {
        return Ok(told(&plan, false, &[]));
    }
    let secrets = std::mem::take(&mut plan.secrets);
    let told = told(&plan, true, &secrets);
    let mut effects = by.given;
    effects.extend(plan.into_effects(by.origin));
    store.commit(effects).await?;
    Ok(told)
}

/// What would be done to this state.
pub fn show(
    request: &ApplyRequest,
    current: &Current,
    rules: &[Rules],
    actor: &str,
    now: Timestamp,
) -> Result<Value, ApplyError> {
    Ok(told(&plan(request, current, rules, actor, now)?, false, &[]))
}

fn plan(
    request: &ApplyRequest,
    current: &Current,
    rules: &[Rules],
    actor: &str,
    now: Timestamp,
) -> Result<Plan, ApplyError> {
    let file: StateFile = strict_toml::read(&request.name, &request.text)?;
    let options = ApplyOptions { prune: request.prune, new_secrets: request.new_secrets };
    Plan::make(&file, current, rules, options, actor, now)
        .map_err(|error| ApplyError::File { name: request.name.clone(), error })
}

fn told(plan: &Plan, applied: bool, secrets: &[NewAppSecret]) -> Value {
    let changes = plan.changes.iter().map(change).collect();
    let secrets = secrets.iter().map(secret).collect();
    let told = Applied { applied, changes, notes: plan.notes.clone(), secrets };
    // It has names for keys and no maps of others, so it can be written.
    serde_json::to_value(told).unwrap_or_default()
}

fn change(change: &PlannedChange) -> AppliedChange {
    let PlannedChange { sign, what, details, .. } = change;
    AppliedChange { sign: sign.as_str(), what: what.clone(), details: details.clone() }
}

fn secret(new: &NewAppSecret) -> AppliedSecret {
    let NewAppSecret { api, client_id, secret } = new;
    AppliedSecret { api: api.clone(), client_id: client_id.to_string(), secret: secret.expose().to_owned() }
}
