//! A team's one client for each API that gives one, and its legacy keys: what labels and bands look for under "API Access".

use askama::Template;
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::id::AppId;
use stagedoor_protocol::legacy_key::LegacyKeyRecord;
use stagedoor_protocol::team::{Role, TeamRecord};
use stagedoor_store::{AppFilter, Page};

use super::super::BASE;
use super::super::apps::{self, html};
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use super::{has_access_page, own};
use crate::api::Api;
use crate::pages::filters;
use crate::settle::Stop;

/// Rows that are looked at.
const ROWS: u32 = 200;

#[derive(Template)]
#[template(path = "dashboard/api_access.html")]
struct ApiAccessPage<'a> {
    layout: Layout<'a>,
    access: ApiAccess,
}

/// What a team has of APIs.
pub(super) struct ApiAccess {
    pub(super) clients: Vec<Client>,
    /// APIs of which it could have a client: title, and where to ask.
    pub(super) open: Vec<(String, String)>,
    pub(super) legacy_keys: Vec<LegacyKey>,
    pub(super) may_change: bool,
}

/// The team's client of an API.
pub(super) struct Client {
    pub(super) api: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) form_token: String,
    pub(super) regenerates: String,
    pub(super) client_id: String,
    pub(super) is_requested: bool,
    pub(super) is_public: bool,
    /// One that can be viewed again.
    pub(super) secret: Option<String>,
}

/// A legacy key.
pub(super) struct LegacyKey {
    pub(super) api: String,
    pub(super) id: String,
    pub(super) ends: Option<String>,
    pub(super) is_over: bool,
    /// Where to create the app that takes its place.
    pub(super) create: String,
}

impl ApiAccess {
    pub(super) async fn of(visit: &Visit<'_>, team: &TeamRecord, role: Role) -> Result<Self, Stop> {
        let (mut clients, mut open) = (Vec::new(), Vec::new());
        for api in &visit.dashboard.apis {
            if api.dialect().apps.per_team != Some(1) {
                continue;
            }
            let filter = AppFilter { api: Some(api.rules.api.to_string()), team: Some(team.id), stage: None };
            let own = visit.store().apps(filter, Page { behind: None::<AppId>, limit: 1 }).await?;
            match own.first() {
                Some(record) => clients.push(client(visit, api, record)),
                None if api.applicant(team.kind).is_served() => {
                    open.push((api.dialect().title.clone(), new_app(api, team)));
                }
                None => {}
            }
        }
        let keys = visit.store().legacy_keys_of(team.id, ROWS).await?;
        let legacy_keys = keys.iter().filter_map(|key| legacy_key(visit, team, key)).collect();
        Ok(Self { clients, open, legacy_keys, may_change: role.includes(Role::Developer) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.open.is_empty() && self.legacy_keys.is_empty()
    }
}

fn client(visit: &Visit<'_>, api: &Api, record: &AppRecord) -> Client {
    let (app, address) = (&record.app, apps::address(record));
    Client {
        api: api.dialect().title.clone(),
        name: app.name.clone(),
        form_token: visit.form_token_of(&address),
        regenerates: visit.token_for(&apps::credentials::regeneration(record)),
        address,
        client_id: app.client_id.to_string(),
        is_requested: app.stage == Stage::Requested,
        is_public: app.public,
        secret: app.secrets.iter().find(|secret| secret.sealed.is_some()).map(|secret| secret.id.to_string()),
    }
}

fn legacy_key(visit: &Visit<'_>, team: &TeamRecord, key: &LegacyKeyRecord) -> Option<LegacyKey> {
    let api = visit.dashboard.api(&key.name.api)?;
    Some(LegacyKey {
        api: api.dialect().title.clone(),
        id: key.name.id.clone(),
        ends: key.ends.map(|ends| ends.to_day()),
        is_over: key.ends.is_some_and(|ends| ends <= visit.now()),
        create: new_app(api, team),
    })
}

fn new_app(api: &Api, team: &TeamRecord) -> String {
    format!("{BASE}/apps/new?api={}&team={}", api.rules.api, team.id)
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let (team, role) = own(visit)?;
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    if !has_access_page(team.kind) {
        return Ok(say::nothing_here_for(visit));
    }
    let access = ApiAccess::of(visit, team, role).await?;
    let page = ApiAccessPage { layout: Layout::of(visit, signed_in, Here::ApiAccess), access };
    Ok(html(page.render(), false))
}
