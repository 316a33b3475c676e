//! A request to the dashboard once it is known what it leads to and that whoever asks may.

use std::borrow::Cow;
use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, request::Parts};
use axum::response::Response;
use stagedoor_protocol::administration::Expectation;
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::id::{AppId, TeamId};
use stagedoor_protocol::session::Session;
use stagedoor_protocol::team::{Role, TeamRecord};
use stagedoor_protocol::{Decision, Timestamp};
use stagedoor_store::{CommitError, Store};
use stagedoor_wire::ClientId;

use super::route::{self, Needs, Route, Way};
use super::{BASE, Dashboard, say, session};
use crate::api::Api;
use crate::browser::visitor::Visitor;
use crate::browser::{Door, form_token, redirect};
use crate::entropy;
use crate::http::read_body;
use crate::listen::address;
use crate::settle::Stop;

/// What a form of the dashboard is told beside its answer.
const ORIGIN: &str = "dashboard";

/// A request.
pub(super) struct Visit<'a> {
    pub(super) dashboard: &'a Dashboard,
    pub(super) parts: Parts,
    needs: Needs,
    /// Path of the page, where a form stands on one.
    pub(super) page: String,
    pub(super) visitor: Visitor,
    pub(super) signed_in: Option<SignedIn>,
    /// The team that the route names, and who they are there.
    pub(super) team: Option<(TeamRecord, Role)>,
    /// The app that the route names.
    pub(super) app: Option<AppRecord>,
    pub(super) parameters: Vec<String>,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

/// Who is signed in.
pub(super) struct SignedIn {
    pub(super) cookie: String,
    pub(super) session: Session,
    pub(super) administrator: bool,
    pub(super) memberships: Vec<(TeamRecord, Role)>,
}

/// Why a commit did not happen.
pub(super) enum Unsettled<R> {
    Refused(R),
    /// Something it rests on was changed at the same moment, or it was done before.
    Conflict,
    /// The team or app has as many as it may.
    LimitReached,
}

impl<'a> Visit<'a> {
    /// Finds the route and checks what it needs; the answer where something is missing.
    pub(super) async fn begin(
        dashboard: &'a Dashboard,
        request: Request<Body>,
    ) -> Result<(Self, &'static Route), Box<Response>> {
        let (parts, body) = request.into_parts();
        let way = match parts.method {
            Method::GET | Method::HEAD => Way::Get,
            Method::POST => Way::Post,
            _ => return Err(Box::new(say::wrong_method(dashboard))),
        };
        let path = parts.uri.path().trim_end_matches('/').to_owned();
        let below = path.strip_prefix(BASE).unwrap_or_default();
        let segments: Vec<&str> = below.split('/').skip(1).collect();
        let page = if way == Way::Post { parent(&path) } else { path.clone() };
        let Some((route, parameters)) = route::find(way, &segments) else {
            // A form's address in a browser's history leads to its page.
            let is_form = way == Way::Get && route::find(Way::Post, &segments).is_some();
            return Err(Box::new(match is_form {
                true => redirect(&parts.method, &parent(&path)),
                false => say::nothing_here(dashboard),
            }));
        };
        let form = match way {
            Way::Get => Vec::new(),
            Way::Post => match read_body(body).await {
                Ok(body) => url::form_urlencoded::parse(&body).into_owned().collect(),
                Err(_) => return Err(Box::new(say::too_large(dashboard))),
            },
        };
        let query = parts.uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // After the form, which may take its time: whoever was signed out meanwhile is.
        let unavailable = |stop: Stop| Box::new(say::stopped_outside(dashboard, &stop));
        let visitor = Visitor::of(&dashboard.door(), &parts.headers).await.map_err(unavailable)?;
        let mut visit = Self {
            dashboard,
            needs: route.needs,
            page,
            visitor,
            signed_in: None,
            team: None,
            app: None,
            parameters,
            query,
            form,
            parts,
        };
        visit.sign_in().await.map_err(unavailable)?;
        if let Some(response) = visit.admit(route.way).await.map_err(unavailable)? {
            return Err(Box::new(visit.greeted(response)));
        }
        Ok((visit, route))
    }

    async fn sign_in(&mut self) -> Result<(), Stop> {
        let Some((cookie, session)) = self.visitor.session.clone() else { return Ok(()) };
        let account = self.store().account(session.account.id).await?;
        let administrator = account.is_some_and(|account| account.administrator);
        let memberships = self.store().memberships(session.account.id).await?;
        self.signed_in = Some(SignedIn { cookie, session, administrator, memberships });
        Ok(())
    }

    /// The answer to whoever may not go on.
    async fn admit(&mut self, way: Way) -> Result<Option<Response>, Stop> {
        if way == Way::Post && self.is_cross_site() {
            return Ok(Some(say::not_from_here(self)));
        }
        let signed_in = self.signed_in.as_ref();
        if signed_in.is_none() && !matches!(self.needs, Needs::Nobody | Needs::Link) {
            return Ok(Some(self.to_sign_in()));
        }
        let missing = match self.needs {
            Needs::Nobody | Needs::Link | Needs::Account => None,
            Needs::Administrator => (!self.is_administrator()).then(|| say::nothing_here_for(self)),
            Needs::Member(role) => {
                let text = self.parameters.first().map_or("", String::as_str);
                let team = text.parse().ok().map(TeamId).and_then(|team| self.membership(team));
                // One address a team: no sign, no zeros before.
                self.team = team.filter(|(team, _)| team.id.to_string() == text);
                self.lacks(role)
            }
            Needs::App(role) => {
                self.app = self.find_app().await?;
                self.team = self.app.as_ref().and_then(|record| self.membership(record.app.owner.id));
                self.lacks(role)
            }
        };
        if missing.is_some() {
            return Ok(missing);
        }
        let is_suspended = self.app.as_ref().is_some_and(|record| record.app.stage == Stage::Suspended);
        if way == Way::Post && is_suspended {
            return Ok(Some(say::suspended(self)));
        }
        // Last, so that a form tells no stranger what is there.
        let fresh = way == Way::Get || self.is_own_form();
        Ok((!fresh).then(|| say::stale(self)))
    }

    fn is_cross_site(&self) -> bool {
        let (headers, origin) = (&self.parts.headers, &self.dashboard.origin);
        match self.needs {
            Needs::Link => form_token::is_cross_site_without_referrer(headers, origin),
            _ => form_token::is_cross_site(headers, origin),
        }
    }

    fn lacks(&self, role: Role) -> Option<Response> {
        match &self.team {
            None => Some(say::nothing_here_for(self)),
            Some((_, own)) if !own.includes(role) => Some(say::not_your_role(self, role)),
            Some(_) => None,
        }
    }

    async fn find_app(&self) -> Result<Option<AppRecord>, Stop> {
        let [api, client_id, ..] = self.parameters.as_slice() else { return Ok(None) };
        let Ok(client_id) = ClientId::new(client_id) else { return Ok(None) };
        if self.dashboard.api(api).is_none() {
            return Ok(None);
        }
        Ok(self.store().app(api, &client_id).await?)
    }

    /// What they are in a team.
    pub(super) fn membership(&self, team: TeamId) -> Option<(TeamRecord, Role)> {
        let mut memberships = self.signed_in.iter().flat_map(|signed_in| &signed_in.memberships);
        memberships.find(|(own, _)| own.id == team).cloned()
    }

    pub(super) fn is_administrator(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|signed_in| signed_in.administrator)
    }

    /// The sign-in page, which leads back to this one, and says so where a form came too late.
    fn to_sign_in(&self) -> Response {
        let back = match self.parts.method {
            Method::POST => Cow::Borrowed(self.page.as_str()),
            _ => Cow::Borrowed(self.parts.uri.path_and_query().map_or(BASE, |whole| whole.as_str())),
        };
        let mut to = session::address(&back);
        if self.parts.method == Method::POST {
            to.push_str("&done=");
            to.push_str(session::ENDED);
        }
        redirect(&self.parts.method, &to)
    }

    fn is_own_form(&self) -> bool {
        form_token::check(&self.door(), self.field("form_token"), self.bound_to(), &self.page)
    }

    /// The token of the forms on this page.
    pub(super) fn form_token(&self) -> String {
        self.form_token_of(&self.page)
    }

    /// A token that stands for something said to this browser.
    pub(super) fn token_for(&self, what: &str) -> String {
        form_token::make(&self.door(), self.bound_to(), what)
    }

    /// Whether the form's field `name` is such a token.
    pub(super) fn is_token_for(&self, name: &str, what: &str) -> bool {
        form_token::check(&self.door(), self.field(name), self.bound_to(), what)
    }

    /// The token of the forms on another page of theirs.
    pub(super) fn form_token_of(&self, page: &str) -> String {
        form_token::make(&self.door(), self.bound_to(), page)
    }

    /// A new id for what a form makes, so that a form that is sent twice makes it once.
    pub(super) fn once(&self) -> String {
        let id = AppId::new(self.now(), &mut entropy::rng()).0;
        format!("{id}.{}", self.form_token_of(&format!("once {id}")))
    }

    /// The id of the form's field `once`, if it is one of theirs.
    pub(super) fn read_once(&self) -> Option<i64> {
        let (id, token) = self.field("once").split_once('.')?;
        form_token::check(&self.door(), token, self.bound_to(), &format!("once {id}"))
            .then_some(id.parse().ok()?)
    }

    fn bound_to(&self) -> &str {
        self.signed_in.as_ref().map_or(&self.visitor.visit, |signed_in| &signed_in.cookie)
    }

    pub(super) fn door(&self) -> Door<'a> {
        self.dashboard.door()
    }

    pub(super) fn store(&self) -> &'a Store {
        &self.dashboard.store
    }

    pub(super) fn now(&self) -> Timestamp {
        self.dashboard.now()
    }

    /// The e-mail of who is signed in, for the audit log.
    pub(super) fn actor(&self) -> &str {
        self.signed_in.as_ref().map_or("", |signed_in| &signed_in.session.account.email)
    }

    /// Where the request came from.
    pub(super) fn address(&self) -> IpAddr {
        address(&self.parts.extensions)
    }

    /// A field of the form; empty where it is missing.
    pub(super) fn field(&self, name: &str) -> &str {
        first(&self.form, name).unwrap_or_default()
    }

    /// All fields of the form with this name.
    pub(super) fn fields(&self, name: &str) -> impl Iterator<Item = &str> {
        self.form.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// The app of the route, with its API. Routes that need an app have one.
    pub(super) fn app(&self) -> Result<(&AppRecord, &'a Api), Stop> {
        let record = self.app.as_ref().ok_or(Stop::Unavailable)?;
        let api = self.dashboard.api(&record.api).ok_or(Stop::Unavailable)?;
        Ok((record, api))
    }

    /// What has let them in, for the commit to make sure of: others may have taken it from them since.
    fn authority(&self) -> Vec<Expectation> {
        let (false, Some(signed_in)) =
            (matches!(self.needs, Needs::Nobody | Needs::Link), self.signed_in.as_ref())
        else {
            return Vec::new();
        };
        let mut authority = vec![Expectation::SignedIn(signed_in.session.id)];
        if self.needs == Needs::Administrator {
            authority.push(Expectation::Administrator(signed_in.session.account.id));
        }
        if let (Needs::Member(role) | Needs::App(role), Some((team, _))) = (self.needs, &self.team) {
            authority.extend(self.has_role(team.id, role));
            let app = self.app.iter().map(|record| record.app.id);
            authority.extend(app.map(|app| Expectation::AppOf { app, team: team.id }));
        }
        authority
    }

    /// That they still are this, or more, in a team which the route does not name.
    pub(super) fn has_role(&self, team: TeamId, role: Role) -> Option<Expectation> {
        let account = self.signed_in.as_ref()?.session.account.id;
        Some(Expectation::AtLeast { team, account, role })
    }

    /// Commits what was decided, as long as they still may.
    pub(super) async fn settle<T, R>(
        &self,
        decision: Decision<T, R>,
    ) -> Result<Result<T, Unsettled<R>>, Stop> {
        let origin = Origin { way: ORIGIN, address: Some(self.address()) };
        let Decision { reply, effects } = decision.by_way_of(origin).provided(self.authority());
        match self.store().commit(effects).await {
            Ok(()) => Ok(reply.map_err(Unsettled::Refused)),
            Err(CommitError::Conflict) => Ok(Err(Unsettled::Conflict)),
            Err(CommitError::LimitReached) => Ok(Err(Unsettled::LimitReached)),
            Err(CommitError::Unavailable(error)) => Err(error.into()),
        }
    }

    /// Leads to a page after a form; `done` names the sentence it says there.
    pub(super) fn then(&self, page: &str, done: &str) -> Response {
        redirect(&self.parts.method, &format!("{page}?done={done}"))
    }

    /// The same answer, with the cookie that forms before the sign-in are bound to.
    pub(super) fn greeted(&self, mut response: Response) -> Response {
        if self.signed_in.is_none() {
            self.visitor.greet(&self.door(), &mut response);
        }
        response
    }
}

fn first<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

fn parent(path: &str) -> String {
    path.rsplit_once('/').map_or(path, |(parent, _)| parent).to_owned()
}
