//! Teams.

use serde::Deserialize;
use serde_json::{Value, json};
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::{self, TeamChange, TeamKind, TeamRecord};

use super::accounts::read_name;
use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use crate::entropy;

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, TeamId)?;
    let rows = call.store().teams(page).await?;
    Ok(Answer::page(rows, limit, |last| last.id.to_string(), view))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    kind: TeamKind,
}

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let new: New = call.body()?;
    let name = read_name(&new.name)?;
    let taken = call.store().team_by_name(&name).await?.is_some();
    let decision = team::create(name, new.kind, taken, call.actor(), call.now(), &mut entropy::rng());
    let id = call.settle(decision).await?;
    Ok(Answer::created(view(&find(call, &id.to_string()).await?)))
}

pub(super) async fn show(call: &Call<'_>, team: &str) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(&find(call, team).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    name: Option<String>,
    kind: Option<TeamKind>,
}

pub(super) async fn change(call: &Call<'_>, team: &str) -> Result<Answer, Problem> {
    let (record, changed) = (find(call, team).await?, call.body::<Changed>()?);
    let name = changed.name.as_deref().map(read_name).transpose()?;
    let other = match &name {
        Some(name) => call.store().team_by_name(name).await?,
        None => None,
    };
    let taken = other.is_some_and(|other| other.id != record.id);
    let change = TeamChange { name, kind: changed.kind };
    call.settle(team::change(&record, change, taken, call.actor(), call.now())).await?;
    Ok(Answer::ok(view(&find(call, &record.id.to_string()).await?)))
}

/// A team by its id or name.
pub(super) async fn find(call: &Call<'_>, team: &str) -> Result<TeamRecord, Problem> {
    let found = match team.parse() {
        Ok(id) => call.store().team(TeamId(id)).await?,
        Err(_) => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => call.store().team_by_name(team).await?,
    };
    found.ok_or_else(|| Problem::not_found("team", team, "`stagedoor admin team list` shows them"))
}

fn view(record: &TeamRecord) -> Value {
    json!({
        "id": record.id.to_string(),
        "name": record.name,
        "kind": record.kind.as_str(),
        "created": record.created.to_string(),
    })
}
