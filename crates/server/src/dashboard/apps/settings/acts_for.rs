//! The teams an app may act for besides its owner.

use stagedoor_protocol::app::{self, AppChange, AppRecord};
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::team::Role;

use super::super::super::route::Answered;
use super::super::super::say;
use super::super::super::visit::{SignedIn, Visit};
use super::page;
use crate::settle::Stop;

/// A team that it may act for, or could.
pub(super) struct Other {
    pub(super) id: TeamId,
    pub(super) name: String,
    pub(super) is_so: bool,
}

/// Those it acts for, and those for which whoever looks may decide it: which they own.
pub(super) fn others(signed_in: &SignedIn, record: &AppRecord) -> Vec<Other> {
    let app = &record.app;
    let acting = app.teams.iter().filter(|team| team.id != app.owner.id);
    let mut others: Vec<_> =
        acting.map(|team| Other { id: team.id, name: team.name.clone(), is_so: true }).collect();
    let mine = signed_in.memberships.iter().filter(|(_, role)| *role == Role::Owner);
    let more = mine.filter(|(team, _)| app.teams.iter().all(|own| own.id != team.id));
    others.extend(more.map(|(team, _)| Other { id: team.id, name: team.name.clone(), is_so: false }));
    others
}

/// What a form of these was shown with: a page that is out of date takes away no team that came since.
pub(super) fn shown(record: &AppRecord) -> String {
    let mut teams: Vec<_> = record.app.teams.iter().map(|team| team.id.to_string()).collect();
    teams.sort();
    format!("acts for {}", teams.join(" "))
}

pub(in crate::dashboard) async fn set(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    if !api.dialect().apps.team_parameter {
        return Ok(say::nothing_here_for(visit));
    }
    let chosen: Vec<_> = visit.fields("team").filter_map(|id| id.parse().ok().map(TeamId)).collect();
    let others = others(signed_in, record);
    // Sent twice, it is as it should be.
    if others.iter().all(|other| other.is_so == chosen.contains(&other.id)) {
        return Ok(visit.then(&page(record), "saved"));
    }
    if !visit.is_token_for("shown", &shown(record)) {
        return Ok(say::changed_meanwhile(visit));
    }
    let chosen: Vec<_> = others.into_iter().filter(|other| chosen.contains(&other.id)).collect();
    let joining = chosen.iter().filter(|other| !other.is_so);
    let owned: Vec<_> = joining.filter_map(|other| visit.has_role(other.id, Role::Owner)).collect();
    let acts_for = Some(chosen.iter().map(|other| other.id).collect());
    let change = AppChange { acts_for, ..AppChange::default() };
    let decision = app::change(&api.rules, record, change, visit.actor(), visit.now());
    let saved = visit.settle(decision.provided(owned)).await?;
    Ok(saved.map_or_else(|_| say::changed_meanwhile(visit), |()| visit.then(&page(record), "saved")))
}
