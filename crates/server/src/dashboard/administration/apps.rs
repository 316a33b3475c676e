//! All apps, and keeping one from everything.

use askama::Template;
use axum::response::Response;
use stagedoor_protocol::Decision;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::{self, AppRecord, Stage};
use stagedoor_protocol::id::AppId;
use stagedoor_store::{AppFilter, Page};
use stagedoor_wire::ClientId;

use super::super::apps::{badge, html};
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use crate::api::Api;
use crate::pages::filters;
use crate::settle::Stop;

/// Rows of a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "dashboard/all_apps.html")]
struct AllAppsPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    /// What was looked for.
    client_id: &'a str,
    apps: Vec<Row>,
    more: Option<String>,
}

struct Row {
    /// API and client id.
    id: String,
    client_id: String,
    name: String,
    team: String,
    api: String,
    stage: &'static str,
    badge: &'static str,
    is_suspended: bool,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let client_id = visit.query("client_id").unwrap_or_default().trim();
    let (records, more) =
        if client_id.is_empty() { list(visit).await? } else { (find(visit, client_id).await?, None) };
    let row = |record: &AppRecord| Row {
        id: format!("{}/{}", record.api, record.app.client_id),
        client_id: record.app.client_id.to_string(),
        name: record.app.name.clone(),
        team: record.app.owner.name.clone(),
        api: visit.dashboard.title_of(&record.api).to_owned(),
        stage: record.app.stage.as_str(),
        badge: badge(record.app.stage),
        is_suspended: record.app.stage == Stage::Suspended,
    };
    let page = AllAppsPage {
        layout: Layout::of(visit, signed_in, Here::AllApps),
        form_token: visit.form_token(),
        client_id,
        apps: records.iter().map(row).collect(),
        more,
    };
    Ok(html(page.render(), false))
}

async fn list(visit: &Visit<'_>) -> Result<(Vec<AppRecord>, Option<String>), Stop> {
    let behind = visit.query("behind").and_then(|text| text.parse().ok()).map(AppId);
    let mut records = visit.store().apps(AppFilter::default(), Page { behind, limit: ROWS + 1 }).await?;
    let is_more = records.len() > ROWS as usize;
    records.truncate(ROWS as usize);
    let more =
        records.last().filter(|_| is_more).map(|last| format!("{}?behind={}", visit.page, last.app.id));
    Ok((records, more))
}

/// Each API has client ids of its own.
async fn find(visit: &Visit<'_>, text: &str) -> Result<Vec<AppRecord>, Stop> {
    let Ok(client_id) = ClientId::new(text) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for api in &visit.dashboard.apis {
        found.extend(visit.store().app(&api.rules.api, &client_id).await?);
    }
    Ok(found)
}

pub(in crate::dashboard) async fn suspend(visit: &Visit<'_>) -> Answered {
    let Some((record, _)) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    settled(visit, app::suspend(&record, visit.actor(), visit.now()), "app-suspended").await
}

pub(in crate::dashboard) async fn resume(visit: &Visit<'_>) -> Answered {
    let Some((record, api)) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    settled(visit, app::resume(&api.rules, &record, visit.actor(), visit.now()), "app-resumed").await
}

async fn settled<T>(
    visit: &Visit<'_>,
    decision: Decision<T, Objection>,
    done: &str,
) -> Result<Response, Stop> {
    let settled = visit.settle(decision).await?;
    Ok(settled.map_or_else(|_| say::changed_meanwhile(visit), |_| visit.then(&visit.page, done)))
}

async fn named<'v>(visit: &Visit<'v>) -> Result<Option<(AppRecord, &'v Api)>, Stop> {
    let Some((api, client_id)) = visit.field("app").split_once('/') else { return Ok(None) };
    let (Some(api), Ok(client_id)) = (visit.dashboard.api(api), ClientId::new(client_id)) else {
        return Ok(None);
    };
    Ok(visit.store().app(&api.rules.api, &client_id).await?.map(|record| (record, &**api)))
}
