//! The apps that a person allowed something, and how that ends.

use askama::Template;
use stagedoor_protocol::consent;
use stagedoor_protocol::id::AppId;
use stagedoor_store::Connection;

use super::apps::html;
use super::layout::{Here, Layout};
use super::route::Answered;
use super::say;
use super::visit::Visit;
use crate::browser::authorize::permissions;
use crate::pages::filters;
use crate::settle::Stop;

#[derive(Template)]
#[template(path = "dashboard/connections.html")]
struct ConnectionsPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    apps: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    team: String,
    api: String,
    website: String,
    /// In words.
    may: Vec<String>,
    since: String,
    used: Option<String>,
}

pub(super) async fn show(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let connections = visit.store().connections(signed_in.session.account.id).await?;
    let page = ConnectionsPage {
        layout: Layout::of(visit, signed_in, Here::Connections),
        form_token: visit.form_token(),
        apps: connections.iter().map(|connection| row(visit, connection)).collect(),
    };
    Ok(html(page.render(), false))
}

fn row(visit: &Visit<'_>, connection: &Connection) -> Row {
    let Connection { record, scopes, since, used } = connection;
    let may = match visit.dashboard.api(&record.api) {
        Some(api) => permissions(api, scopes).list.iter().map(|may| may.says.to_owned()).collect(),
        None => scopes.iter().map(|scope| scope.to_string()).collect(),
    };
    Row {
        id: record.app.id.to_string(),
        name: record.app.name.clone(),
        team: record.app.owner.name.clone(),
        api: visit.dashboard.title_of(&record.api).to_owned(),
        website: record.website.clone(),
        may,
        since: since.to_day(),
        used: used.map(|used| used.begins().to_day()),
    }
}

/// Ends what the person allowed, and everything the app was given for them: its next call is refused.
pub(super) async fn revoke(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let account = signed_in.session.account.id;
    let id = visit.field("app").parse().ok().map(AppId);
    let connections = visit.store().connections(account).await?;
    // Ended before: then it is as they wish.
    if let Some(own) = connections.iter().find(|own| Some(own.record.app.id) == id) {
        let decision = consent::end(own.record.app.id, account, visit.actor(), visit.now());
        if visit.settle(decision).await?.is_err() {
            return Ok(say::changed_meanwhile(visit));
        }
    }
    Ok(visit.then(&visit.page, "revoked"))
}
