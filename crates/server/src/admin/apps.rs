//! Apps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::app::{self, AppChange, AppRecord, NewApp, Stage};
use stagedoor_protocol::id::{AppId, TeamId};
use stagedoor_protocol::{Decision, Effect};
use stagedoor_store::AppFilter;
use stagedoor_wire::{ClientId, RedirectUri};

use super::accounts::read_name;
use super::answer::{Answer, Time};
use super::call::Call;
use super::problem::Problem;
use super::teams;
use crate::entropy;

/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 2000;

/// An app.
#[derive(Serialize, JsonSchema)]
pub(super) struct App {
    id: String,
    /// The API's name.
    api: String,
    client_id: String,
    name: String,
    description: String,
    website: String,
    /// What it is for, in the words of its team.
    purpose: String,
    /// The version of the API's terms that its team accepted.
    terms: Option<String>,
    /// Since when it waits for a review.
    review_asked: Option<Time>,
    /// requested, development, approved or suspended
    stage: &'static str,
    /// Whether an administrator approved it under this name, of this team: people read of all others that they are not reviewed.
    reviewed: bool,
    /// Whether it can keep no secret.
    public: bool,
    /// The team that owns it.
    team: String,
    /// Teams besides the owner.
    acts_for: Vec<String>,
    redirect_uris: Vec<String>,
    /// How many it has.
    secrets: usize,
    created: Time,
    /// Its first secret, in the answer to the call that made it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor, api, team, stage] = call.query(["limit", "cursor", "api", "team", "stage"])?;
    let (page, limit) = Call::page(limit, cursor, AppId)?;
    let stage = match stage {
        Some(text) => Some(Stage::from_stored(text).ok_or_else(|| {
            Problem::bad(format!("no stage is {text}"), "give requested, development, approved or suspended")
        })?),
        None => None,
    };
    let team = match team {
        Some(team) => Some(teams::find(call, team).await?.id),
        None => None,
    };
    let filter = AppFilter { api: api.map(str::to_owned), team, stage };
    let rows = call.store().apps(filter, page).await?;
    Ok(Answer::page(rows, limit, |last| last.app.id.to_string(), view))
}

/// What an app is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewApp")]
pub(super) struct New {
    /// The API's name.
    api: String,
    /// The owner: a team's id or name.
    team: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    /// Teams besides the owner, by id or name.
    acts_for: Vec<String>,
    /// Whether it can keep no secret.
    #[serde(default)]
    public: bool,
}

/// Makes an app, or asks for one where the API's dialect has it so.
pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let new: New = call.body()?;
    let api = call.api(&new.api)?;
    let (rules, owner) = (&api.rules, teams::find(call, &new.team).await?);
    let team = owner.id;
    let acts_for = find_teams(call, &new.acts_for).await?;
    let app = NewApp {
        team,
        name: read_name(&new.name)?,
        description: read_text("description", new.description)?,
        purpose: read_text("purpose", new.purpose)?,
        terms: None,
        redirect_uris: read_uris(&new.redirect_uris)?,
        public: new.public,
    };
    let id = AppId::new(call.now(), &mut entropy::rng());
    let Decision { reply, mut effects } =
        app::create(rules, id, app, api.applicant(owner.kind), call.actor(), call.now(), &mut entropy::rng());
    if let Ok(created) = &reply {
        let others = acts_for.into_iter().filter(|other| *other != team);
        effects.extend(others.map(|team| Effect::LetActFor { app: created.id, team }));
    }
    let created = call.settle(Decision { reply, effects }).await?;
    let record = find(call, &new.api, created.client_id.as_str()).await?;
    let secret = created.secret.map(|secret| secret.text.expose().to_owned());
    Ok(Answer::created(App { secret, ..view(&record) }).with_secrets(&["secret"]))
}

pub(super) async fn show(call: &Call<'_>) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(&of(call).await?)))
}

/// What is to be different. What is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangedApp")]
pub(super) struct Changed {
    name: Option<String>,
    description: Option<String>,
    website: Option<String>,
    purpose: Option<String>,
    redirect_uris: Option<Vec<String>>,
    acts_for: Option<Vec<String>>,
}

pub(super) async fn change(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &of(call).await?;
    let changed: Changed = call.body()?;
    let rules = &call.api(&record.api)?.rules;
    let change = AppChange {
        name: changed.name.as_deref().map(read_name).transpose()?,
        description: changed.description.map(|text| read_text("description", text)).transpose()?,
        website: changed.website.as_deref().map(read_website).transpose()?,
        purpose: changed.purpose.map(|text| read_text("purpose", text)).transpose()?,
        redirect_uris: changed.redirect_uris.as_deref().map(read_uris).transpose()?,
        acts_for: match &changed.acts_for {
            Some(names) => Some(find_teams(call, names).await?),
            None => None,
        },
        by_administrator: true,
    };
    call.settle(app::change(rules, record, change, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

pub(super) async fn approve(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &of(call).await?;
    call.settle(app::approve(record, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

/// Apps whose teams wait for a review.
pub(super) async fn list_in_review(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, AppId)?;
    let rows = call.store().apps_in_review(page).await?;
    Ok(Answer::page(rows, limit, |last| last.app.id.to_string(), view))
}

/// What a team is told.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewAnswer {
    /// A sentence of 1 to 500 characters.
    sentence: String,
}

/// Answers a review without approving: the team may ask again.
pub(super) async fn answer_review(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &of(call).await?;
    let answer: ReviewAnswer = call.body()?;
    let Some(sentence) = app::read_sentence(&answer.sentence) else {
        return Err(Problem::bad("that is no sentence", "write 1 to 500 characters"));
    };
    call.settle(app::answer_review(record, &sentence, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

/// Says no to a request: it is gone.
pub(super) async fn decline(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &of(call).await?;
    call.settle(app::decline(record, "", call.actor(), call.now())).await?;
    Ok(Answer::done())
}

pub(super) async fn suspend(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &of(call).await?;
    call.settle(app::suspend(record, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

pub(super) async fn resume(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &of(call).await?;
    let rules = &call.api(&record.api)?.rules;
    call.settle(app::resume(rules, record, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

/// The app that the path names.
pub(super) async fn of(call: &Call<'_>) -> Result<AppRecord, Problem> {
    find(call, call.named("api"), call.named("client_id")).await
}

/// An app by its API and client id.
pub(super) async fn find(call: &Call<'_>, api: &str, client_id: &str) -> Result<AppRecord, Problem> {
    let found = match ClientId::new(client_id) {
        Ok(client_id) => call.store().app(api, &client_id).await?,
        Err(_) => None,
    };
    let name = format!("{api}/{client_id}");
    found.ok_or_else(|| Problem::not_found("app", &name, "`stagedoor admin app list` shows them"))
}

async fn show_anew(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(&find(call, &record.api, record.app.client_id.as_str()).await?)))
}

async fn find_teams(call: &Call<'_>, names: &[String]) -> Result<Vec<TeamId>, Problem> {
    let mut teams = Vec::with_capacity(names.len());
    for name in names {
        teams.push(teams::find(call, name).await?.id);
    }
    Ok(teams)
}

fn read_text(what: &str, text: String) -> Result<String, Problem> {
    if text.chars().count() <= MAX_DESCRIPTION {
        return Ok(text);
    }
    Err(Problem::bad(format!("the {what} is too long"), format!("{MAX_DESCRIPTION} characters at most")))
}

fn read_website(text: &str) -> Result<String, Problem> {
    let website = app::read_website(text);
    website.map_err(|why| Problem::bad(why.to_string(), "give one such as https://app.example"))
}

fn read_uris(texts: &[String]) -> Result<Vec<RedirectUri>, Problem> {
    let read = |text: &String| {
        RedirectUri::parse(text)
            .map_err(|why| Problem::bad(format!("{text}: {why}"), "give another redirect URI"))
    };
    texts.iter().map(read).collect()
}

fn view(record: &AppRecord) -> App {
    let app = &record.app;
    let others = app.teams.iter().filter(|team| team.id != app.owner.id);
    App {
        id: app.id.to_string(),
        api: record.api.clone(),
        client_id: app.client_id.to_string(),
        name: app.name.clone(),
        description: record.description.clone(),
        website: record.website.clone(),
        purpose: record.purpose.clone(),
        terms: record.terms.clone(),
        review_asked: record.review_asked.map(Time::from),
        stage: app.stage.as_str(),
        reviewed: app.reviewed,
        public: app.public,
        team: app.owner.name.clone(),
        acts_for: others.map(|team| team.name.clone()).collect(),
        redirect_uris: app.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        secrets: app.secrets.len(),
        created: record.created.into(),
        secret: None,
    }
}
