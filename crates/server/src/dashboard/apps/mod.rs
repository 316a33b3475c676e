//! Apps: the list of a team's, making one, and the pages of each.

pub(super) mod create;
pub(super) mod credentials;
mod head;
pub(super) mod list;
pub(super) mod settings;
pub(super) mod try_it;
pub(super) mod usage;
pub(super) mod users;

use axum::http::StatusCode;
use axum::response::Response;
use stagedoor_protocol::app::{AppRecord, Stage};

use super::BASE;
use super::layout::done;
use super::route::Answered;
use super::visit::Visit;
use crate::browser::{page_with_script, redirect};
use crate::settle::Stop;

/// Where a person begins: the apps of their first team; else what waits for them as an administrator, the apps that they are
/// connected with, or making an app.
pub(super) async fn first(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let account = signed_in.session.account.id;
    let to = match signed_in.memberships.first() {
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
