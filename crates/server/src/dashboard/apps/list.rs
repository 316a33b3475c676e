//! The apps of a team.

use askama::Template;
use stagedoor_protocol::Subject;
use stagedoor_protocol::app::DECLINED;
use stagedoor_protocol::audit::AuditFilter;
use stagedoor_protocol::id::AppId;
use stagedoor_protocol::team::Role;
use stagedoor_store::{AppFilter, Page};

use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::visit::Visit;
use super::{address, badge, html, remember};
use crate::pages::filters;
use crate::settle::Stop;

/// Rows of a page.
const ROWS: u32 = 50;
/// How long it is said that a request was declined.
const DECLINED_SECONDS: i64 = 30 * 24 * 3600;

#[derive(Template)]
#[template(path = "dashboard/apps.html")]
struct AppsPage<'a> {
    layout: Layout<'a>,
    may_create: bool,
    apps: Vec<Row>,
    /// Requests that were declined within a month: the day, and what was said.
    declined: Vec<(String, String)>,
    /// The address of the page behind this one.
    more: Option<String>,
}

struct Row {
    address: String,
    name: String,
    description: String,
    api: String,
    stage: &'static str,
    badge: &'static str,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let (Some(signed_in), Some((team, role))) = (&visit.signed_in, &visit.team) else {
        return Err(Stop::Unavailable);
    };
    let behind = visit.query("behind").and_then(|text| text.parse().ok()).map(AppId);
    let filter = AppFilter { team: Some(team.id), ..AppFilter::default() };
    let mut records = visit.store().apps(filter, Page { behind, limit: ROWS + 1 }).await?;
    let is_more = records.len() > ROWS as usize;
    records.truncate(ROWS as usize);
    let more =
        records.last().filter(|_| is_more).map(|last| format!("{}?behind={}", visit.page, last.app.id));
    let apps = records.iter().map(|record| Row {
        address: address(record),
        name: record.app.name.clone(),
        description: record.description.clone(),
        api: visit.dashboard.title_of(&record.api).to_owned(),
        stage: record.app.stage.as_str(),
        badge: badge(record.app.stage),
    });
    let filter = AuditFilter {
        subject: Some(Subject::Team(team.id)),
        since: Some(visit.now().plus_seconds(-DECLINED_SECONDS)),
        ..AuditFilter::default()
    };
    let log = visit.store().audit(filter, Page { behind: None, limit: ROWS }).await?;
    let declined = log.iter().filter_map(|line| {
        let says = line.entry.what.strip_prefix(DECLINED)?;
        Some((line.entry.at.to_day(), says.to_owned()))
    });
    let page = AppsPage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        may_create: role.includes(Role::Developer),
        apps: apps.collect(),
        declined: declined.collect(),
        more,
    };
    let mut response = html(page.render(), false);
    if signed_in.memberships.len() > 1 {
        remember(visit, team.id, &mut response);
    }
    Ok(response)
}
