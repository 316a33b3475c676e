//! Another team.

use askama::Template;
use stagedoor_protocol::name;
use stagedoor_protocol::team::{self, TeamKind};

use super::super::BASE;
use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use crate::entropy;
use crate::pages::{WRONG_NAME, filters};
use crate::settle::Stop;

/// Said to whoever founds one too many.
pub(in crate::dashboard) const TOO_MANY: &str = "You are in as many teams as one may be. Leave one first.";

#[derive(Template)]
#[template(path = "dashboard/team_new.html")]
struct NewTeamPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    typed: &'a str,
    kind: &'a str,
    wrong: Option<&'static str>,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    ask(visit, None)
}

fn ask(visit: &Visit<'_>, wrong: Option<&'static str>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let page = NewTeamPage {
        layout: Layout::of(visit, signed_in, Here::Team),
        form_token: visit.form_token(),
        typed: visit.field("name"),
        kind: visit.field("kind"),
        wrong,
    };
    Ok(html(page.render(), wrong.is_some()))
}

/// Names are unique, so a form that is sent twice makes one team.
pub(in crate::dashboard) async fn create(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let Ok(name) = name::parse(visit.field("name")) else {
        return ask(visit, Some(WRONG_NAME));
    };
    let Some(kind) = TeamKind::from_stored(visit.field("kind")) else {
        return ask(visit, Some("Choose what the team is."));
    };
    if let Some((mine, _)) = signed_in.memberships.iter().find(|(team, _)| team.name == name) {
        return Ok(visit.then(&super::address(mine), "team-created"));
    }
    let taken = visit.store().team_by_name(&name).await?.is_some();
    let founder = signed_in.session.account.id;
    let made = team::found(name, kind, taken, founder, visit.actor(), visit.now(), &mut entropy::rng());
    match visit.settle(made).await? {
        Ok(id) => Ok(visit.then(&format!("{BASE}/teams/{id}"), "team-created")),
        Err(Unsettled::LimitReached) => ask(visit, Some(TOO_MANY)),
        Err(Unsettled::Refused(_)) => ask(visit, Some("Another team has this name. Choose another.")),
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}
