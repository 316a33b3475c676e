//! Teams.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::{self, TeamChange, TeamKind, TeamRecord};

use super::accounts::read_name;
use super::answer::{Answer, Time};
use super::call::Call;
use super::problem::Problem;
use crate::entropy;

/// A team.
#[derive(Serialize, JsonSchema)]
pub(super) struct Team {
    id: String,
    name: String,
    #[schemars(with = "Kind")]
    kind: &'static str,
    created: Time,
}

/// What kind of team it is.
#[derive(JsonSchema)]
#[schemars(rename = "TeamKind", rename_all = "snake_case")]
#[expect(dead_code, reason = "it says what TeamKind reads")]
enum Kind {
    Label,
    Band,
    Partner,
    Company,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, TeamId)?;
    let rows = call.store().teams(page).await?;
    Ok(Answer::page(rows, limit, |last| last.id.to_string(), view))
}

/// What a team is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewTeam")]
pub(super) struct New {
    name: String,
    #[schemars(with = "Kind")]
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

pub(super) async fn show(call: &Call<'_>) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(&of(call).await?)))
}

/// What is to be different. What is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangedTeam")]
pub(super) struct Changed {
    name: Option<String>,
    #[schemars(with = "Option<Kind>")]
    kind: Option<TeamKind>,
}

pub(super) async fn change(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, changed) = (of(call).await?, call.body::<Changed>()?);
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

/// The team that the path names.
pub(super) async fn of(call: &Call<'_>) -> Result<TeamRecord, Problem> {
    find(call, call.named("team")).await
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

fn view(record: &TeamRecord) -> Team {
    Team {
        id: record.id.to_string(),
        name: record.name.clone(),
        kind: record.kind.as_str(),
        created: record.created.into(),
    }
}
