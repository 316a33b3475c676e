//! The lines that get an app its first token, and one run of them here.

mod lines;
mod run;

pub(in crate::dashboard) use run::run;

use askama::Template;
use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::Role;
use stagedoor_wire::dialect::ActiveGrants;

use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use super::head::{AppHead, Tab};
use super::{address, html};
use crate::api::Api;
use crate::pages::filters;
use crate::settle::Stop;
use lines::Lines;
use run::Outcome;

#[derive(Template)]
#[template(path = "dashboard/try_it.html")]
struct TryItPage<'a> {
    layout: Layout<'a>,
    head: AppHead<'a>,
    address: String,
    form_token: String,
    lines: Lines,
    /// Teams it acts for, where it has to name one.
    teams: Vec<TeamChoice<'a>>,
    can_run: bool,
    /// Whether a run takes the one grant that the app may have at a time.
    takes_the_grant: bool,
    outcome: Option<Outcome>,
    wrong: Option<&'static str>,
}

/// A team that a token can be for.
struct TeamChoice<'a> {
    id: TeamId,
    name: &'a str,
    chosen: bool,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None, None)
}

fn render(visit: &Visit<'_>, outcome: Option<Outcome>, wrong: Option<&'static str>) -> Answered {
    let (record, api) = visit.app()?;
    let (Some(signed_in), Some((_, role))) = (&visit.signed_in, &visit.team) else {
        return Err(Stop::Unavailable);
    };
    if !Tab::TryIt.is_for(record, api) {
        return Ok(say::nothing_here_for(visit));
    }
    let dialect = api.dialect();
    let active = dialect.refresh_token.as_ref().map(|rules| rules.active_grants);
    let team = team_to_name(visit, record, api);
    let teams = record.app.teams.iter().filter(|_| team.is_some()).map(|own| TeamChoice {
        id: own.id,
        name: &own.name,
        chosen: Some(own.id) == team,
    });
    let page = TryItPage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        head: AppHead::of(record, api, Tab::TryIt),
        address: format!("{}/try-it", address(record)),
        form_token: visit.form_token(),
        lines: lines::of(record, api, team),
        teams: teams.collect(),
        can_run: dialect.grants.client_credentials && !record.app.public && role.includes(Role::Developer),
        takes_the_grant: dialect.grants.client_credentials_refresh_token
            && active == Some(ActiveGrants::OnePerApp),
        outcome,
        wrong,
    };
    Ok(html(page.render(), wrong.is_some()))
}

/// The team that a request for a token of the app's own has to name, where it acts for several: the one that was chosen, or its
/// owner.
fn team_to_name(visit: &Visit<'_>, record: &AppRecord, api: &Api) -> Option<TeamId> {
    if !api.dialect().apps.team_parameter || record.app.teams.len() < 2 {
        return None;
    }
    let asked = visit.query("team").unwrap_or_else(|| visit.field("team"));
    let chosen = record.app.teams.iter().find(|team| team.id.to_string() == asked);
    Some(chosen.map_or(record.app.owner.id, |team| team.id))
}
