//! Apps: the list of a team's, making one, and the pages of each.

pub(super) mod create;
pub(super) mod credentials;
mod head;
pub(super) mod list;
pub(super) mod settings;
pub(super) mod terms;
pub(super) mod try_it;
pub(super) mod usage;
pub(super) mod users;

use axum::http::StatusCode;
use axum::response::Response;
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::{Role, TeamRecord};

use super::BASE;
use super::layout::done;
use super::route::Answered;
use super::visit::{SignedIn, Visit};
use crate::browser::visitor::{cookie, cookie_name, set_cookie};
use crate::browser::{page_with_script, redirect};
use crate::settle::Stop;

/// Names the team that a person of several looked at last in this browser. It says no more than which page comes first.
const TEAM: &str = "team";
const TEAM_SECONDS: i64 = 180 * 24 * 3600;

/// The team that comes first for someone: of several the one they looked at last.
pub(super) fn first_team<'v>(visit: &Visit<'_>, signed_in: &'v SignedIn) -> Option<&'v (TeamRecord, Role)> {
    let all = &signed_in.memberships;
    let last =
        (all.len() > 1).then(|| cookie(&visit.parts.headers, &cookie_name(&visit.door(), TEAM))).flatten();
    all.iter()
        .find(|(team, _)| last.as_ref().is_some_and(|last| *last == team.id.to_string()))
        .or(all.first())
}

/// Keeps the team for the next time.
fn remember(visit: &Visit<'_>, team: TeamId, response: &mut Response) {
    set_cookie(&visit.door(), response, TEAM, &team.to_string(), Some(TEAM_SECONDS));
}

/// Where a person begins: the apps of their team; else what waits for them as an administrator, the apps that they are
/// connected with, or making an app.
pub(super) async fn first(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let account = signed_in.session.account.id;
    let to = match first_team(visit, signed_in) {
        Some((team, _)) => format!("{BASE}/teams/{}/apps", team.id),
        None if visit.is_administrator() => format!("{BASE}/administration/requests"),
        None if visit.store().connections(account).await?.is_empty() => format!("{BASE}/apps/new"),
        None => format!("{BASE}/connections"),
    };
    // What was done on the way here is said there.
    Ok(match visit.query("done").filter(|name| done(name).is_some()) {
        Some(name) => visit.then(&to, name),
        None => redirect(&visit.parts.method, &to),
    })
}

/// The address of an app's first page.
pub(super) fn address(record: &AppRecord) -> String {
    format!("{BASE}/apps/{}/{}", record.api, record.app.client_id)
}

/// How a stage looks: the class of its badge.
pub(super) fn badge(stage: Stage) -> &'static str {
    match stage {
        Stage::Approved => "good",
        Stage::Requested | Stage::Development => "attention",
        Stage::Suspended => "stop",
    }
}

/// A rendered page; `is_wrong`: it says what was wrong with what was sent.
pub(in crate::dashboard) fn html(rendered: askama::Result<String>, is_wrong: bool) -> Response {
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with_script(status, rendered.unwrap_or_default())
}
