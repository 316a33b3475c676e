//! Inviting people to make an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::account::Email;
use stagedoor_protocol::registration;

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;

/// Who is invited.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewInvitation")]
pub(super) struct New {
    email: String,
}

/// An invitation to make an account.
#[derive(Serialize, JsonSchema)]
pub(super) struct Invitation {
    email: String,
    /// It works once, for a week. Whoever holds it is taken for the person: give it to nobody else.
    link: String,
    /// Whether they were written to.
    mailed: bool,
}

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let new: New = call.body()?;
    let email =
        Email::parse(&new.email).map_err(|why| Problem::bad(why.to_string(), "give another e-mail"))?;
    let closed = || {
        Problem::conflict(
            "registration-closed",
            "nobody makes an account by an invitation here",
            "set `registration` of `[accounts]` to \"invitation\", or make the account",
        )
    };
    let dashboard = call.server.dashboard().filter(|dashboard| dashboard.takes_invitations());
    let dashboard = dashboard.ok_or_else(closed)?;
    let taken = call.store().account_of_email(email.as_str()).await?.is_some();
    call.settle(registration::invite(&email, taken, call.actor(), call.now())).await?;
    let (link, mailed) = dashboard.invite(call.actor(), &email).ok_or_else(closed)?;
    let (email, link) = (email.as_str().to_owned(), link.expose().to_owned());
    Ok(Answer::created(Invitation { email, link, mailed }).with_secrets(&["link"]))
}
