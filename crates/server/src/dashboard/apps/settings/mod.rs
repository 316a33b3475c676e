//! What an app is called, whom it may act for, its review, and its end.

mod acts_for;
mod review;
mod transfer;

pub(in crate::dashboard) use acts_for::set as set_acts_for;
pub(in crate::dashboard) use review::ask as ask_for_review;
pub(in crate::dashboard) use transfer::{offer, to_own_team};

use askama::Template;
use stagedoor_protocol::app::{self, AppChange, AppRecord, Stage};
use stagedoor_protocol::name;
use stagedoor_protocol::team::{Role, TeamRecord};

use super::super::BASE;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::teams::invite::Made;
use super::super::visit::Visit;
use super::create::MAX_DESCRIPTION;
use super::head::{AppHead, Tab};
use super::{address, html, terms};
use crate::pages::{WRONG_NAME, filters};
use crate::settle::Stop;
use acts_for::Other;
use review::Line;

#[derive(Template)]
#[template(path = "dashboard/settings.html")]
struct SettingsPage<'a> {
    layout: Layout<'a>,
    head: AppHead<'a>,
    address: String,
    form_token: String,
    may_change: bool,
    /// Whether it waits to be let in: what it is for can be put better until then.
    is_requested: bool,
    typed: Typed,
    wrong: Wrong,
    /// Where a token request may name a team.
    others: Option<Vec<Other>>,
    /// Says with which of them the page was shown.
    shown_teams: String,
    can_be_reviewed: bool,
    is_approved: bool,
    is_in_review: bool,
    /// What was asked and answered, the newest first.
    history: Vec<Line>,
    terms: Option<&'a str>,
    /// How many people allow it something.
    people: u32,
    is_owner: bool,
    /// Teams that it could be moved to.
    owned: Vec<&'a TeamRecord>,
    /// Of its API, which its next team accepts.
    next_terms: Option<terms::Asked<'a>>,
    made: Option<Made>,
    once: String,
    typed_email: &'a str,
}

/// What the fields hold.
struct Typed {
    name: String,
    description: String,
    website: String,
    purpose: String,
}

/// What is wrong, field by field.
#[derive(Default)]
struct Wrong {
    name: Option<String>,
    description: Option<String>,
    website: Option<String>,
    purpose: Option<String>,
    /// The name that confirms the app's end.
    confirm: Option<String>,
    /// The team it is moved to.
    team: Option<String>,
    /// The e-mail of who is to take it over.
    email: Option<String>,
}

impl Wrong {
    fn is_any(&self) -> bool {
        [&self.name, &self.description, &self.website, &self.purpose, &self.confirm, &self.team, &self.email]
            .iter()
            .any(|error| error.is_some())
    }
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None, Wrong::default()).await
}

async fn render(visit: &Visit<'_>, typed: Option<Typed>, wrong: Wrong) -> Answered {
    render_with(visit, typed, wrong, None).await
}

async fn render_with(visit: &Visit<'_>, typed: Option<Typed>, wrong: Wrong, made: Option<Made>) -> Answered {
    let (record, api) = visit.app()?;
    let (Some(signed_in), Some((_, role))) = (&visit.signed_in, &visit.team) else {
        return Err(Stop::Unavailable);
    };
    let is_wrong = wrong.is_any();
    let page = SettingsPage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        head: AppHead::of(record, api, Tab::Settings),
        address: page(record),
        form_token: visit.form_token(),
        may_change: role.includes(Role::Developer),
        is_requested: record.app.stage == Stage::Requested,
        typed: typed.unwrap_or_else(|| Typed::of(record)),
        wrong,
        shown_teams: visit.token_for(&acts_for::shown(record)),
        others: api.dialect().apps.team_parameter.then(|| acts_for::others(signed_in, record)),
        can_be_reviewed: app::can_be_reviewed(&record.app) && record.review_asked.is_none(),
        is_approved: record.app.stage == Stage::Approved,
        is_in_review: record.review_asked.is_some(),
        history: review::history(visit, record).await?,
        terms: record.terms.as_deref(),
        is_owner: *role == Role::Owner,
        owned: transfer::owned(signed_in, record),
        next_terms: terms::asked(visit, api),
        made,
        once: visit.once(),
        typed_email: visit.field("email"),
        people: visit.store().people_of(record.app.id).await?,
    };
    Ok(html(page.render(), is_wrong))
}

impl Typed {
    fn of(record: &AppRecord) -> Self {
        Self {
            name: record.app.name.clone(),
            description: record.description.clone(),
            website: record.website.clone(),
            purpose: record.purpose.clone(),
        }
    }
}

fn page(record: &AppRecord) -> String {
    format!("{}/settings", address(record))
}

pub(in crate::dashboard) async fn save(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let typed = Typed {
        name: visit.field("name").to_owned(),
        description: visit.field("description").to_owned(),
        website: visit.field("website").to_owned(),
        purpose: match record.app.stage {
            Stage::Requested => visit.field("purpose").to_owned(),
            _ => record.purpose.clone(),
        },
    };
    let (name, website) = (name::parse(&typed.name), app::read_website(&typed.website));
    let is_long = typed.description.chars().count() > MAX_DESCRIPTION;
    let wrong = Wrong {
        name: name.is_err().then(|| WRONG_NAME.to_owned()),
        description: is_long.then(|| format!("{MAX_DESCRIPTION} characters at most.")),
        purpose: (typed.purpose.chars().count() > MAX_DESCRIPTION)
            .then(|| format!("{MAX_DESCRIPTION} characters at most.")),
        website: website.is_err().then(|| "Write an address such as https://app.example.".to_owned()),
        ..Wrong::default()
    };
    let (Ok(name), Ok(website), false) = (name, website, wrong.is_any()) else {
        return render(visit, Some(typed), wrong).await;
    };
    let description = Some(typed.description.trim().to_owned());
    let purpose = Some(typed.purpose.trim().to_owned());
    let change =
        AppChange { name: Some(name), description, website: Some(website), purpose, ..AppChange::default() };
    let saved = visit.settle(app::change(&api.rules, record, change, visit.actor(), visit.now())).await?;
    Ok(saved.map_or_else(|_| say::changed_meanwhile(visit), |()| visit.then(&page(record), "saved")))
}

/// Deletes the app, once its name was typed.
pub(in crate::dashboard) async fn delete(visit: &Visit<'_>) -> Answered {
    let (record, _) = visit.app()?;
    if visit.field("confirm").trim() != record.app.name {
        let confirm = Some("Type the app's name as it stands above.".to_owned());
        return render(visit, None, Wrong { confirm, ..Wrong::default() }).await;
    }
    let deleted = visit.settle(app::remove(record, visit.actor(), visit.now())).await?;
    let apps = format!("{BASE}/teams/{}/apps", record.app.owner.id);
    Ok(deleted.map_or_else(|_| say::changed_meanwhile(visit), |()| visit.then(&apps, "deleted")))
}
