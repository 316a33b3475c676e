//! The link that makes the first administrator.

use schemars::JsonSchema;
use serde::Serialize;
use stagedoor_protocol::administration::Objection;

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use crate::browser::setup;

/// A link.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SetupLink")]
pub(super) struct Link {
    link: String,
}

/// As long as the page honours it.
pub(super) async fn link(call: &Call<'_>) -> Result<Answer, Problem> {
    let Some(api) = call.server.apis().first() else {
        return Err(Problem::not_found("API", "at all", "add an [[api]] to the configuration"));
    };
    if call.store().has_administrator().await? {
        return Err(Objection::AdministratorExists.into());
    }
    Ok(Answer::ok(Link { link: setup::link(api).expose().to_owned() }))
}
