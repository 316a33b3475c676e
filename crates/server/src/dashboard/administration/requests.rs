//! Apps that wait for an answer: requests for access, and reviews.

use askama::Template;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::{self, AppRecord, Stage};
use stagedoor_protocol::audit::AuditFilter;
use stagedoor_protocol::id::AppId;
use stagedoor_protocol::team::Role;
use stagedoor_protocol::{Decision, Subject};
use stagedoor_store::{AppFilter, Page};
use stagedoor_wire::{ClientId, RedirectUri};

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use crate::pages::filters;
use crate::settle::Stop;

/// Members that an answer is written to at most.
const WRITTEN_TO: u32 = 50;

/// Rows of a page; those behind come when these are answered.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "dashboard/requests.html")]
struct RequestsPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    requests: Vec<Request>,
    reviews: Vec<Request>,
    /// The app whose answer was empty or too long.
    wrong: Option<(String, String)>,
}

struct Request {
    api: String,
    api_title: String,
    client_id: String,
    name: String,
    team: String,
    description: String,
    purpose: String,
    website: String,
    redirect_uris: Vec<String>,
    since: String,
    /// The e-mail of who asked.
    asked_by: String,
    /// Says that this is what was looked at.
    shown: String,
}

impl Request {
    fn is_wrong(&self, wrong: &Option<(String, String)>) -> bool {
        wrong.as_ref().is_some_and(|(api, client_id)| *api == self.api && *client_id == self.client_id)
    }
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None).await
}

async fn render(visit: &Visit<'_>, wrong: Option<(String, String)>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let filter = AppFilter { stage: Some(Stage::Requested), ..AppFilter::default() };
    let records = visit.store().apps(filter, Page { behind: None::<AppId>, limit: ROWS }).await?;
    let reviews = visit.store().apps_in_review(Page { behind: None, limit: ROWS }).await?;
    let is_wrong = wrong.is_some();
    let request = |record: &AppRecord, asked_by: String| Request {
        api: record.api.clone(),
        api_title: visit.dashboard.title_of(&record.api).to_owned(),
        client_id: record.app.client_id.to_string(),
        name: record.app.name.clone(),
        team: record.app.owner.name.clone(),
        description: record.description.clone(),
        purpose: record.purpose.clone(),
        website: record.website.clone(),
        redirect_uris: record.app.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        since: record.review_asked.unwrap_or(record.created).to_day(),
        shown: visit.token_for(&shown(record)),
        asked_by,
    };
    let (mut requests, mut in_review) = (Vec::new(), Vec::new());
    for (records, shown) in [(&records, &mut requests), (&reviews, &mut in_review)] {
        for record in records {
            shown.push(request(record, asked_by(visit, record).await?));
        }
    }
    let page = RequestsPage {
        layout: Layout::of(visit, signed_in, Here::Requests),
        form_token: visit.form_token(),
        requests,
        reviews: in_review,
        wrong,
    };
    Ok(html(page.render(), is_wrong))
}

/// Who asked for the app or its review last, as the log has it.
async fn asked_by(visit: &Visit<'_>, record: &AppRecord) -> Result<String, Stop> {
    const LINES: u32 = 50;
    let filter = AuditFilter { subject: Some(Subject::App(record.app.id)), ..AuditFilter::default() };
    let log = visit.store().audit(filter, Page { behind: None, limit: LINES }).await?;
    let asked =
        log.into_iter().find(|line| matches!(line.entry.what.as_str(), "app created" | "review asked for"));
    Ok(asked.map(|line| line.entry.actor).unwrap_or_default())
}

pub(in crate::dashboard) async fn approve(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    if !waits(&record) || !visit.is_token_for("shown", &shown(&record)) {
        return Ok(say::changed_meanwhile(visit));
    }
    let decision = app::approve(&record, visit.actor(), visit.now());
    let done = if record.app.stage == Stage::Requested { "approved" } else { "review-approved" };
    settle(visit, &record, decision, "approved", done).await
}

pub(in crate::dashboard) async fn decline(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    let typed = visit.field("sentence").trim();
    let sentence = if typed.is_empty() { Some(String::new()) } else { app::read_sentence(typed) };
    let Some(sentence) = sentence else {
        return render(visit, Some((record.api, record.app.client_id.to_string()))).await;
    };
    let decision = app::decline(&record, &sentence, visit.actor(), visit.now());
    settle(visit, &record, decision, "declined", "declined").await
}

/// Answers a review with a sentence.
pub(in crate::dashboard) async fn answer(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    let Some(sentence) = app::read_sentence(visit.field("sentence")) else {
        return render(visit, Some((record.api, record.app.client_id.to_string()))).await;
    };
    let decision = app::answer_review(&record, &sentence, visit.actor(), visit.now());
    settle(visit, &record, decision, "answered", "answered").await
}

/// Does what was decided, and writes to the team: `word` says what came of it.
async fn settle(
    visit: &Visit<'_>,
    record: &AppRecord,
    decision: Decision<(), Objection>,
    word: &str,
    done: &str,
) -> Answered {
    if visit.settle(decision).await?.is_err() {
        return Ok(say::changed_meanwhile(visit));
    }
    let team = record.app.owner.id;
    let members = visit.store().members(team, Page { behind: None, limit: WRITTEN_TO }).await?;
    for member in members.iter().filter(|member| member.role.includes(Role::Developer)) {
        visit.dashboard.write_of_answer(&member.email, team, word);
    }
    Ok(visit.then(&visit.page, done))
}

/// Whether its team asked.
fn waits(record: &AppRecord) -> bool {
    record.app.stage == Stage::Requested || record.review_asked.is_some()
}

/// All that is approved: what has changed since the page was shown was not looked at.
fn shown(record: &AppRecord) -> String {
    let AppRecord { app, description, purpose, website, review_asked, .. } = record;
    let uris: Vec<_> = app.redirect_uris.iter().map(RedirectUri::as_str).collect();
    let parts = [&*app.name, description, purpose, website, &uris.join(" ")];
    format!("approve {} of {} asked at {:?}: {parts:?}", app.id, app.owner.id, review_asked)
}

async fn named(visit: &Visit<'_>) -> Result<Option<AppRecord>, Stop> {
    let Ok(client_id) = ClientId::new(visit.field("client_id")) else { return Ok(None) };
    Ok(visit.store().app(visit.field("api"), &client_id).await?)
}
