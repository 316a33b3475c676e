//! Apps of other teams that act for this one.

use stagedoor_protocol::app::{self, AppRecord};
use stagedoor_protocol::id::TeamId;

use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use super::{address, own};
use crate::settle::Stop;

/// As many as the page shows.
const ROWS: u32 = 500;

/// An app that acts for the team.
pub(super) struct Acting {
    /// The API's title.
    pub(super) api: String,
    pub(super) api_name: String,
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) owner: String,
}

pub(super) async fn all(visit: &Visit<'_>, team: TeamId) -> Result<Vec<Acting>, Stop> {
    let records = visit.store().apps_acting_for(team, ROWS).await?;
    Ok(records.into_iter().map(|record| acting(visit, record)).collect())
}

fn acting(visit: &Visit<'_>, record: AppRecord) -> Acting {
    let title = visit.dashboard.api(&record.api).map(|api| api.dialect().title.clone());
    Acting {
        api: title.unwrap_or_else(|| record.api.clone()),
        api_name: record.api,
        client_id: record.app.client_id.to_string(),
        name: record.app.name,
        owner: record.app.owner.name,
    }
}

/// Ends it for one of them.
pub(in crate::dashboard) async fn end(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    let (api, client_id) = (visit.field("api"), visit.field("client_id"));
    let records = visit.store().apps_acting_for(team.id, ROWS).await?;
    let is_it = |record: &&AppRecord| record.api == api && record.app.client_id.as_str() == client_id;
    // Ended before, by someone else or by the same form: then it is as they wish.
    if let Some(record) = records.iter().find(is_it) {
        let decision = app::stop_acting_for(record, team.id, visit.actor(), visit.now());
        if visit.settle(decision).await?.is_err() {
            return Ok(say::changed_meanwhile(visit));
        }
    }
    Ok(visit.then(&address(team), "acting-ended"))
}
