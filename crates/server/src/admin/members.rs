//! A team's members.

use serde::Deserialize;
use serde_json::{Value, json};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::team::{self, Member, Role};

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use super::{accounts, teams};

pub(super) async fn list(call: &Call<'_>, team: &str) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, AccountId)?;
    let team = teams::find(call, team).await?;
    let rows = call.store().members(team.id, page).await?;
    Ok(Answer::page(rows, limit, |last| last.account.to_string(), view))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Membership {
    role: Role,
}

/// Makes a person a member, or gives them another role.
pub(super) async fn set(call: &Call<'_>, team: &str, account: &str) -> Result<Answer, Problem> {
    let Membership { role } = call.body()?;
    let (team, account) = (teams::find(call, team).await?, accounts::find(call, account).await?);
    call.settle(team::set_member(team.id, &account, role, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

pub(super) async fn remove(call: &Call<'_>, team: &str, account: &str) -> Result<Answer, Problem> {
    let (team, account) = (teams::find(call, team).await?, accounts::find(call, account).await?);
    call.settle(team::remove_member(team.id, &account, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

fn view(member: &Member) -> Value {
    json!({
        "account": member.account.to_string(),
        "email": member.email.as_str(),
        "name": member.name,
        "role": member.role.as_str(),
    })
}
