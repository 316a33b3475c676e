//! The state as a file: written, and brought about.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use stagedoor_protocol::Rules;

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use crate::state_file::{self, Applicant, ApplyError, ApplyRequest, Current, StateFileError};

/// Longest body: files are longer than what other calls send.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// A state as a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct StateText {
    text: String,
}

pub(super) async fn show(call: &Call<'_>) -> Result<Answer, Problem> {
    let current = Current::read(call.store()).await?;
    let Some(api) = call.server.apis().first() else {
        return Err(Problem::not_found("API", "at all", "add an [[api]] to the configuration"));
    };
    let text = state_file::write(&current, &api.rules.keys)?;
    Ok(Answer::ok(StateText { text }))
}

pub(super) async fn apply(call: &Call<'_>) -> Result<Answer, Problem> {
    let request: ApplyRequest = call.body()?;
    let rules: Vec<Rules> = call.server.apis().iter().map(|api| api.rules.clone()).collect();
    let by = Applicant { actor: call.actor(), origin: call.origin(), given: call.given().collect() };
    let applied = state_file::apply(&request, call.store(), &rules, by, call.now()).await?;
    Ok(Answer::ok(applied).with_secrets(&["secrets"]))
}

impl From<StateFileError> for Problem {
    fn from(error: StateFileError) -> Self {
        Self::new(StatusCode::CONFLICT, "state-unwritable", error.to_string(), "then export again")
    }
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Store(error) => error.into(),
            ApplyError::Commit(error) => error.into(),
            ApplyError::Form(_) | ApplyError::File { .. } => {
                Self::bad(error.to_string(), "nothing was done; mend the file")
            }
        }
    }
}
