//! Apps.

use serde::Deserialize;
use serde_json::{Value, json};
use stagedoor_protocol::app::{self, AppChange, AppRecord, NewApp, Stage};
use stagedoor_protocol::id::{AppId, TeamId};
use stagedoor_protocol::{Decision, Effect};
use stagedoor_store::AppFilter;
use stagedoor_wire::{ClientId, RedirectUri};

use super::accounts::read_name;
use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use super::teams;
use crate::entropy;

/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 2000;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    api: String,
    team: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    acts_for: Vec<String>,
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
    let mut shown = view(&record);
    if let Some(secret) = created.secret {
        shown["secret"] = secret.text.expose().into();
    }
    Ok(Answer::created(shown))
}

pub(super) fn show(record: &AppRecord) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(record)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    name: Option<String>,
    description: Option<String>,
    website: Option<String>,
    purpose: Option<String>,
    redirect_uris: Option<Vec<String>>,
    acts_for: Option<Vec<String>>,
}

pub(super) async fn change(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
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
    };
    call.settle(app::change(rules, record, change, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

pub(super) async fn approve(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    call.settle(app::approve(record, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

/// Says no to a request: it is gone.
pub(super) async fn decline(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    call.settle(app::decline(record, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

pub(super) async fn suspend(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    call.settle(app::suspend(record, call.actor(), call.now())).await?;
    show_anew(call, record).await
}

pub(super) async fn resume(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    let rules = &call.api(&record.api)?.rules;
    call.settle(app::resume(rules, record, call.actor(), call.now())).await?;
    show_anew(call, record).await
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
    show(&find(call, &record.api, record.app.client_id.as_str()).await?)
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

fn view(record: &AppRecord) -> Value {
    let app = &record.app;
    let others = app.teams.iter().filter(|team| team.id != app.owner.id);
    json!({
        "id": app.id.to_string(),
        "api": record.api,
        "client_id": app.client_id.as_str(),
        "name": app.name,
        "description": record.description,
        "website": record.website,
        "purpose": record.purpose,
        "terms": record.terms,
        "review_asked": record.review_asked.map(|asked| asked.to_string()),
        "stage": app.stage.as_str(),
        "public": app.public,
        "team": app.owner.name,
        "acts_for": others.map(|team| team.name.as_str()).collect::<Vec<_>>(),
        "redirect_uris": app.redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
        "secrets": app.secrets.len(),
        "created": record.created.to_string(),
    })
}
