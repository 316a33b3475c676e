//! A team's members.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::team::{self, Member as MemberRecord, Role};

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use super::{accounts, teams};

/// A person in a team.
#[derive(Serialize, JsonSchema)]
pub(super) struct Member {
    /// The id of the account.
    account: String,
    email: String,
    name: String,
    #[schemars(with = "RoleName")]
    role: &'static str,
}

/// What a member may do.
#[derive(JsonSchema)]
#[schemars(rename = "Role", rename_all = "snake_case")]
#[expect(dead_code, reason = "it says what Role reads")]
enum RoleName {
    Owner,
    Developer,
    Viewer,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, AccountId)?;
    let team = teams::of(call).await?;
    let rows = call.store().members(team.id, page).await?;
    Ok(Answer::page(rows, limit, |last| last.account.to_string(), view))
}

/// What a person is in a team.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Membership")]
pub(super) struct Membership {
    #[schemars(with = "RoleName")]
    role: Role,
}

/// Makes a person a member, or gives them another role.
pub(super) async fn set(call: &Call<'_>) -> Result<Answer, Problem> {
    let Membership { role } = call.body()?;
    let (team, account) = (teams::of(call).await?, accounts::of(call).await?);
    call.settle(team::set_member(team.id, &account, role, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

pub(super) async fn remove(call: &Call<'_>) -> Result<Answer, Problem> {
    let (team, account) = (teams::of(call).await?, accounts::of(call).await?);
    call.settle(team::remove_member(team.id, &account, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

fn view(member: &MemberRecord) -> Member {
    Member {
        account: member.account.to_string(),
        email: member.email.as_str().to_owned(),
        name: member.name.clone(),
        role: member.role.as_str(),
    }
}
