//! All teams.

use askama::Template;
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::{self, TeamChange, TeamKind, TeamRecord};
use stagedoor_store::Page;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use crate::pages::filters;
use crate::settle::Stop;

/// Rows of a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "dashboard/all_teams.html")]
struct AllTeamsPage<'a> {
    layout: Layout<'a>,
    /// What was looked for.
    name: &'a str,
    form_token: String,
    teams: Vec<Row>,
    more: Option<String>,
}

struct Row {
    id: TeamId,
    name: String,
    kind: TeamKind,
    since: String,
    /// E-mails and roles, as many as there is room for.
    members: String,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let name = visit.query("name").unwrap_or_default().trim();
    let (records, more) = if name.is_empty() {
        list(visit).await?
    } else {
        (visit.store().teams_like(name, ROWS).await?, None)
    };
    let mut teams = Vec::with_capacity(records.len());
    for record in records {
        teams.push(row(visit, record).await?);
    }
    let (layout, form_token) = (Layout::of(visit, signed_in, Here::AllTeams), visit.form_token());
    let page = AllTeamsPage { layout, name, form_token, teams, more };
    Ok(html(page.render(), false))
}

async fn list(visit: &Visit<'_>) -> Result<(Vec<TeamRecord>, Option<String>), Stop> {
    let behind = visit.query("behind").and_then(|text| text.parse().ok()).map(TeamId);
    let mut records = visit.store().teams(Page { behind, limit: ROWS + 1 }).await?;
    let is_more = records.len() > ROWS as usize;
    records.truncate(ROWS as usize);
    let more = records.last().filter(|_| is_more).map(|last| format!("{}?behind={}", visit.page, last.id));
    Ok((records, more))
}

async fn row(visit: &Visit<'_>, record: TeamRecord) -> Result<Row, Stop> {
    const SHOWN: usize = 5;
    let members = visit.store().members(record.id, Page { behind: None, limit: SHOWN as u32 + 1 }).await?;
    let of_one = members
        .iter()
        .take(SHOWN)
        .map(|member| format!("{} ({})", member.email.as_str(), member.role.as_str()));
    let mut shown = of_one.collect::<Vec<_>>().join(", ");
    if members.len() > SHOWN {
        shown.push_str(" and more");
    }
    Ok(Row {
        id: record.id,
        name: record.name,
        kind: record.kind,
        since: record.created.to_day(),
        members: shown,
    })
}

/// Says what kind of team it is: which APIs it may have apps of.
pub(in crate::dashboard) async fn set_kind(visit: &Visit<'_>) -> Answered {
    let found = match visit.field("team").parse() {
        Ok(id) => visit.store().team(TeamId(id)).await?,
        Err(_) => None,
    };
    let (Some(record), Some(kind)) = (found, TeamKind::from_stored(visit.field("kind"))) else {
        return Ok(say::changed_meanwhile(visit));
    };
    let change = TeamChange { kind: Some(kind), ..TeamChange::default() };
    let settled = visit.settle(team::change(&record, change, false, visit.actor(), visit.now())).await?;
    Ok(settled.map_or_else(|_| say::changed_meanwhile(visit), |()| visit.then(&visit.page, "saved")))
}
