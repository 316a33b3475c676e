//! Making an app, or asking for one.

use std::sync::Arc;

use askama::Template;
use stagedoor_protocol::app::{self, NewApp, Stage};
use stagedoor_protocol::id::{AppId, TeamId};
use stagedoor_protocol::team::{self, Role, TeamKind};
use stagedoor_protocol::{Decision, Effect, Refusal, name};
use stagedoor_store::{AppFilter, Page};
use stagedoor_wire::dialect::AppCreation;

use super::super::layout::{Here, Layout};
use super::super::redirect_uris::{self, Mistake};
use super::super::route::Answered;
use super::super::teams::create::TOO_MANY;
use super::super::visit::{Unsettled, Visit};
use super::super::{BASE, say};
use super::credentials::{self, Secrets};
use super::{address, first_team, html, terms};
use crate::api::Api;
use crate::entropy;
use crate::pages::{WRONG_NAME, filters};
use crate::settle::Stop;

/// Longest description, in characters.
pub(super) const MAX_DESCRIPTION: usize = 2000;

#[derive(Template)]
#[template(path = "dashboard/app_new.html")]
struct NewAppPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    once: String,
    apis: Vec<ApiChoice>,
    /// Of the APIs that have some.
    terms: Vec<terms::Asked<'a>>,
    /// Those that are for no team of theirs, and whom they are for.
    closed: Vec<(&'a str, String)>,
    teams: Vec<TeamChoice>,
    typed: Typed,
    wrong: Wrong,
}

struct ApiChoice {
    name: String,
    title: String,
    /// Whom it is for and how one gets in; may be empty.
    notes: String,
    /// Which of the form's rows it has a use for, for browsers that run scripts.
    takes: String,
    chosen: bool,
}

struct TeamChoice {
    id: TeamId,
    name: String,
    chosen: bool,
}

/// What was typed.
#[derive(Default)]
struct Typed {
    name: String,
    description: String,
    purpose: String,
    redirect_uris: String,
    team_name: String,
    team_kind: String,
    public: bool,
}

/// What is wrong with it, field by field.
#[derive(Default)]
struct Wrong {
    name: Option<String>,
    description: Option<String>,
    purpose: Option<String>,
    terms: Option<&'static str>,
    redirect_uris: Option<Mistake>,
    team: Option<String>,
    api: Option<String>,
}

impl Wrong {
    fn is_any(&self) -> bool {
        [&self.name, &self.description, &self.purpose, &self.team, &self.api]
            .iter()
            .any(|error| error.is_some())
            || self.terms.is_some()
            || self.redirect_uris.is_some()
    }
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    ask(visit, Typed::default(), Wrong::default())
}

fn ask(visit: &Visit<'_>, typed: Typed, wrong: Wrong) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let asked_api = first(visit.field("api"), visit.query("api"));
    let asked_team = first(visit.field("team"), visit.query("team"));
    let mine = || signed_in.memberships.iter().filter(|(_, role)| role.includes(Role::Developer));
    // What no team of theirs could have would only lead to a refusal.
    let is_open = |api: &&Arc<Api>| {
        mine().next().is_none() || mine().any(|(team, _)| api.applicant(team.kind).is_served())
    };
    let open: Vec<_> = visit.dashboard.apis.iter().filter(is_open).collect();
    let last = first_team(visit, signed_in).map(|(team, _)| team.id);
    let owner = mine()
        .find(|(team, _)| team.id.to_string() == asked_team)
        .or_else(|| mine().find(|(team, _)| Some(team.id) == last))
        .or_else(|| mine().next());
    let first_choice = first_choice(&open, owner.map(|(team, _)| team.kind));
    let apis = open.iter().map(|api| ApiChoice {
        name: api.rules.api.to_string(),
        title: api.dialect().title.clone(),
        notes: notes(api),
        takes: takes(api),
        chosen: match asked_api {
            "" => first_choice == Some(&*api.rules.api),
            asked => *api.rules.api == *asked,
        },
    });
    let teams = mine().map(|(team, _)| TeamChoice {
        id: team.id,
        name: team.name.clone(),
        chosen: owner.is_some_and(|(own, _)| own.id == team.id),
    });
    let closed = visit.dashboard.apis.iter().filter(|api| !is_open(api));
    let is_wrong = wrong.is_any();
    let page = NewAppPage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        form_token: visit.form_token_of(&format!("{BASE}/apps/new")),
        once: visit.once(),
        apis: apis.collect(),
        terms: open.iter().filter_map(|api| terms::asked(visit, api)).collect(),
        closed: closed.map(|api| (api.dialect().title.as_str(), notes(api))).collect(),
        teams: teams.collect(),
        typed,
        wrong,
    };
    Ok(html(page.render(), is_wrong))
}

/// The first API that such a team can have an app of at once, else the first that it can ask for.
fn first_choice<'a>(open: &[&'a Arc<Api>], kind: Option<TeamKind>) -> Option<&'a str> {
    let serves = |api: &&&Arc<Api>| kind.is_none_or(|kind| api.applicant(kind).is_served());
    let at_once = open.iter().filter(serves).find(|api| !is_by_request(api));
    at_once.or_else(|| open.iter().find(serves)).map(|api| &*api.rules.api)
}

fn first<'a>(typed: &'a str, asked: Option<&'a str>) -> &'a str {
    if typed.is_empty() { asked.unwrap_or_default() } else { typed }
}

/// Whom an API is for and how one gets in, where not everyone does at once.
fn notes(api: &Api) -> String {
    let serves = (!api.serves.is_empty()).then(|| format!("for {}", plural(&api.serves)));
    let by_request = is_by_request(api).then(|| "on request".to_owned());
    by_request.into_iter().chain(serves).collect::<Vec<_>>().join(", ")
}

/// Kinds of teams, in words.
fn plural(kinds: &[TeamKind]) -> String {
    let word = |kind: &TeamKind| match kind {
        TeamKind::Label => "labels",
        TeamKind::Band => "bands",
        TeamKind::Partner => "partners",
        TeamKind::Company => "companies",
    };
    kinds.iter().map(word).collect::<Vec<_>>().join(" and ")
}

/// The rows of the form, by their names in the template.
fn takes(api: &Api) -> String {
    let rows = [("requests", is_by_request(api)), ("public", app::may_be_public(&api.rules))];
    rows.into_iter().filter(|(_, taken)| *taken).map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

fn is_by_request(api: &Api) -> bool {
    api.dialect().apps.creation == AppCreation::ByRequest
}

pub(in crate::dashboard) async fn create(visit: &Visit<'_>) -> Answered {
    let typed = Typed {
        name: visit.field("name").to_owned(),
        description: visit.field("description").to_owned(),
        purpose: visit.field("purpose").to_owned(),
        redirect_uris: visit.field("redirect_uris").to_owned(),
        team_name: visit.field("team_name").to_owned(),
        team_kind: visit.field("team_kind").to_owned(),
        public: visit.field("public") == "yes",
    };
    if !visit.field("replace").is_empty() {
        let redirect_uris =
            redirect_uris::replaced(&typed.redirect_uris, visit.field("wrong_uri"), visit.field("replace"));
        return ask(visit, Typed { redirect_uris, ..typed }, Wrong::default());
    }
    let mut wrong = Wrong::default();
    let Some(id) = visit.read_once().map(AppId) else { return Ok(say::stale(visit)) };
    let api = visit.dashboard.api(visit.field("api"));
    if api.is_none() {
        wrong.api = Some("Choose the API that the app is for.".to_owned());
    }
    let app_name = name::parse(&typed.name).ok();
    if app_name.is_none() {
        wrong.name = Some(WRONG_NAME.to_owned());
    }
    for (text, error) in [(&typed.description, &mut wrong.description), (&typed.purpose, &mut wrong.purpose)]
    {
        *error = (text.chars().count() > MAX_DESCRIPTION)
            .then(|| format!("{MAX_DESCRIPTION} characters at most."));
    }
    let says_nothing = typed.description.trim().is_empty() && typed.purpose.trim().is_empty();
    if api.is_some_and(|api| is_by_request(api)) && says_nothing {
        wrong.purpose = Some("This API gives access on request: write how you will use it.".to_owned());
    }
    let terms = api.map(|api| terms::accepted(visit, api)).transpose();
    wrong.terms = terms.as_ref().err().copied();
    let redirect_uris = redirect_uris::read(api.map(AsRef::as_ref), &typed.redirect_uris);
    if let Err(error) = &redirect_uris {
        wrong.redirect_uris = Some(error.clone());
    }
    let team = match find_or_make_team(visit, &typed).await? {
        Ok(team) => Some(team),
        Err(error) => {
            wrong.team = Some(error);
            None
        }
    };
    let (Some(api), Some(app_name), Ok(terms), Ok(redirect_uris), Some(team)) =
        (api, app_name, terms, redirect_uris, team)
    else {
        return ask(visit, typed, wrong);
    };
    if wrong.is_any() {
        return ask(visit, typed, wrong);
    }
    let new = NewApp {
        team: team.id,
        name: app_name,
        description: typed.description.trim().to_owned(),
        purpose: typed.purpose.trim().to_owned(),
        terms: terms.flatten(),
        redirect_uris,
        public: typed.public,
    };
    let Decision { reply, effects } = app::create(
        &api.rules,
        id,
        new,
        api.applicant(team.kind),
        visit.actor(),
        visit.now(),
        &mut entropy::rng(),
    );
    // The team first: its row is what the app's refers to. None is made for an app that is refused.
    let is_new = !team.effects.is_empty();
    let founding = team.effects.into_iter().filter(|_| reply.is_ok());
    let effects = founding.chain(effects).collect();
    let owner = visit.has_role(team.id, Role::Developer).filter(|_| !is_new);
    let created = match visit.settle(Decision { reply, effects }.provided(owner)).await? {
        Ok(created) => created,
        Err(Unsettled::Conflict) => return created_before(visit, team.id, id).await,
        // A team that is new has no apps: it is one too many itself.
        Err(Unsettled::LimitReached) if is_new => {
            return ask(visit, typed, Wrong { team: Some(TOO_MANY.to_owned()), ..Wrong::default() });
        }
        Err(Unsettled::LimitReached | Unsettled::Refused(Refusal::LimitReached)) => {
            let most = api.dialect().apps.per_team.unwrap_or_default();
            let error = format!(
                "The team has {most} apps of this API already, which is as many as it may. Delete one first."
            );
            return ask(visit, typed, Wrong { api: Some(error), ..Wrong::default() });
        }
        Err(Unsettled::Refused(Refusal::TeamKindNotServed)) => {
            let next = match visit.field("team") {
                "" => "If the team is one, say so.",
                _ => "Choose another team.",
            };
            let error = format!("This API is for {}. {next}", plural(&api.serves));
            return ask(visit, typed, Wrong { team: Some(error), ..Wrong::default() });
        }
        Err(Unsettled::Refused(Refusal::PublicApp)) => {
            let error = "This API has no apps without a secret: leave out the mark below.".to_owned();
            return ask(visit, typed, Wrong { api: Some(error), ..Wrong::default() });
        }
        Err(Unsettled::Refused(refusal)) => return Err(refusal.into()),
    };
    let record = visit.store().app(&api.rules.api, &created.client_id).await?.ok_or(Stop::Unavailable)?;
    match created.secret {
        // Shown in this answer alone.
        Some(secret) if secret.stored.sealed.is_none() => credentials::render(
            visit,
            &record,
            api,
            Secrets { shown: Some(secret.text), ..Secrets::default() },
        ),
        _ if record.app.stage == Stage::Requested => Ok(visit.then(&address(&record), "requested")),
        _ => Ok(visit.then(&address(&record), "created")),
    }
}

/// A team that the app is to belong to, with what makes it where it is new.
struct Owner {
    id: TeamId,
    kind: TeamKind,
    effects: Vec<Effect>,
}

async fn find_or_make_team(visit: &Visit<'_>, typed: &Typed) -> Result<Result<Owner, String>, Stop> {
    let asked = visit.field("team");
    if !asked.is_empty() {
        let team = asked.parse().ok().and_then(|id| visit.membership(TeamId(id)));
        let team = team.filter(|(_, role)| role.includes(Role::Developer));
        let owner = team.map(|(team, _)| Owner { id: team.id, kind: team.kind, effects: Vec::new() });
        return Ok(owner.ok_or_else(|| "Choose a team in which you are a developer.".to_owned()));
    }
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let Ok(name) = name::parse(&typed.team_name) else {
        return Ok(Err("Apps belong to a team. Give it a name of 1 to 100 characters.".to_owned()));
    };
    // The form that made the team may be sent twice.
    let mine =
        signed_in.memberships.iter().find(|(team, role)| team.name == name && role.includes(Role::Developer));
    if let Some((team, _)) = mine {
        return Ok(Ok(Owner { id: team.id, kind: team.kind, effects: Vec::new() }));
    }
    let Some(kind) = TeamKind::from_stored(&typed.team_kind) else {
        return Ok(Err("Choose what the team is.".to_owned()));
    };
    let taken = visit.store().team_by_name(&name).await?.is_some();
    let founder = signed_in.session.account.id;
    let made = team::found(name, kind, taken, founder, visit.actor(), visit.now(), &mut entropy::rng());
    Ok(match made.reply {
        Ok(id) => Ok(Owner { id, kind, effects: made.effects }),
        Err(objection) => Err(format!("That name cannot be taken: {objection}. Choose another.")),
    })
}

/// The form was sent twice: the first one made it.
async fn created_before(visit: &Visit<'_>, team: TeamId, id: AppId) -> Answered {
    let filter = AppFilter { team: Some(team), ..AppFilter::default() };
    let page = Page { behind: Some(AppId(id.0 - 1)), limit: 1 };
    let found = visit.store().apps(filter, page).await?.into_iter().find(|record| record.app.id == id);
    Ok(match found {
        Some(record) => visit.then(&address(&record), "app-created-already"),
        None => say::changed_meanwhile(visit),
    })
}
