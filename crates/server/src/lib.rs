//! The HTTP side: OAuth endpoints, the gateway in front of the API, limits and pages.
//!
//! A request comes in by [`listen`], [`Server::handle`] finds its API and endpoint, and one of `http/`, `pages/` or
//! `gateway/` answers it. What is decided is decided in the protocol crate; what must last is in the store.

pub mod admin;
pub mod api;
mod browser;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod dev;
pub mod entropy;
mod example_call;
pub mod figures;
pub mod front;
mod gateway;
mod health;
mod http;
mod insight;
pub mod jobs;
pub mod limit;
pub mod listen;
pub mod mail;
pub mod pages;
pub mod password;
pub mod request;
pub mod running;
mod settle;
pub mod state_file;
mod steady;
pub mod traces;
pub mod usage;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use stagedoor_store::Store;

/// The path of the page that makes the first administrator.
pub use browser::SETUP_PATH;

pub use admin::network::Network as Administration;
pub use api::{AccountPages, Api, ApiSettings, NeededScope, Terms};
pub use clock::Clock;
pub use dashboard::Dashboard;
pub use example_call::ExampleCall;
pub use gateway::upstream::{Address, NoCertificates, Upstream};
pub use insight::{FiguresListener, Insight};

use http::Endpoint;
use listen::TrustedProxy;
use request::{Current, Noted, RequestId};

/// All APIs of a process and what they share.
pub struct Server {
    apis: Vec<Arc<Api>>,
    clock: Clock,
    store: Store,
    insight: Insight,
    dashboard: Option<Arc<Dashboard>>,
    /// Where it may be administered over the network.
    administration: Option<Arc<Administration>>,
}

impl Server {
    /// A server for these APIs.
    pub fn new(apis: Vec<Arc<Api>>, store: Store, clock: Clock) -> Self {
        let mut apis = apis;
        // The longest mount first, so that `/a/b` is found before `/a`.
        apis.sort_by_key(|api| std::cmp::Reverse(api.mount.len()));
        Self { apis, clock, store, insight: Insight::default(), dashboard: None, administration: None }
    }

    /// The same, looked into as `insight` says.
    pub fn with_insight(self, insight: Insight) -> Self {
        Self { insight, ..self }
    }

    /// The same, with a dashboard beside the APIs.
    pub fn with_dashboard(self, dashboard: Arc<Dashboard>) -> Self {
        Self { dashboard: Some(dashboard), ..self }
    }

    /// The same, administered over the network by programs that have a credential.
    pub fn with_administration(self, administration: Arc<Administration>) -> Self {
        Self { administration: Some(administration), ..self }
    }

    /// The APIs.
    pub fn apis(&self) -> &[Arc<Api>] {
        &self.apis
    }

    /// The figures.
    pub fn figures(&self) -> Arc<figures::Figures> {
        self.insight.figures.clone()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The mails that are kept, where they are not sent.
    pub fn mailbox(&self) -> Option<&mail::Mailbox> {
        self.dashboard.as_ref()?.mailbox()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Answers one request. The answer says the request's name, and so does every line of the log on the way.
    pub async fn handle(&self, request: Request<Body>) -> Response {
        let id = match request.extensions().get::<TrustedProxy>() {
            Some(TrustedProxy) => RequestId::of_trusted(request.headers()),
            None => RequestId::random(),
        };
        let trace = self.insight.traces.as_ref().map(|traces| traces.begin(&request));
        let answer = std::pin::pin!(self.answer(request));
        let named = id.to_header();
        let mut response = request::within(Current { id, trace }, answer).await;
        response.headers_mut().insert(request::ID, named);
        response
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        let noted = Noted::begin(&self.insight, &request);
        let path = request.uri().path();
        let dashboard = self.dashboard.as_ref().filter(|_| dashboard::is_at(path));
        let administration = self.administration.as_ref().filter(|_| admin::network::is_at(path));
        let is_beside = dashboard.is_some() || administration.is_some();
        let led_to = if is_beside { None } else { self.leads_to(path) };
        let response = match (led_to, dashboard, administration) {
            (Some((api, endpoint)), ..) => http::handle(api, endpoint, request).await,
            (None, Some(dashboard), _) => Box::pin(dashboard.handle(request)).await,
            (None, None, Some(administration)) => {
                Box::pin(admin::network::handle(self, administration, request)).await
            }
            (None, None, None) if request.uri().path() == SETUP_PATH => {
                Box::pin(self.first_administrator(request)).await
            }
            (None, None, None) => Box::pin(self.outside(&request.map(drop))).await,
        };
        noted.answered(&self.insight, led_to, response.status());
        response
    }

    fn leads_to(&self, path: &str) -> Option<(&Api, Endpoint)> {
        let api = self.find(path).filter(|_| !is_own(path))?;
        Some((api, Endpoint::of(api, api.local_path(path).unwrap_or("/"))))
    }

    /// Answers by any API: they share keys, store and accounts.
    async fn first_administrator(&self, request: Request<Body>) -> Response {
        match self.apis.first() {
            Some(api) => browser::setup::handle(api, request).await,
            None => browser::asset(SETUP_PATH, request.headers()),
        }
    }

    /// The answer to what leads to no API.
    async fn outside(&self, request: &Request<()>) -> Response {
        let (path, method) = (request.uri().path(), request.method());
        if path.starts_with(browser::ASSETS) {
            return browser::asset(path, request.headers());
        }
        if let Some(health) = health::answer(self, path, method).await {
            return health;
        }
        if let Some(figures) = figures::beside_apis(self, request).await {
            return figures;
        }
        if path == "/" && self.dashboard.is_some() && browser::wants_page(request.headers()) {
            return browser::redirect(method, dashboard::BASE);
        }
        let metadata = http::metadata::at_root(path, method, &self.apis);
        let dashboard = self.dashboard.as_ref().map(|_| dashboard::BASE);
        metadata.unwrap_or_else(|| browser::outside(path, &self.apis, dashboard))
    }

    pub(crate) fn dashboard(&self) -> Option<&Dashboard> {
        self.dashboard.as_deref()
    }

    /// The API of this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Api>> {
        self.apis.iter().find(|api| &*api.rules.api == name)
    }

    /// The API whose mount the path lies under.
    pub fn find(&self, path: &str) -> Option<&Arc<Api>> {
        self.apis.iter().find(|api| api.local_path(path).is_some())
    }
}

/// Whether a path is the server's own, whatever is mounted.
fn is_own(path: &str) -> bool {
    path.starts_with(browser::ASSETS) || matches!(path, "/healthz" | "/readyz" | "/metrics")
}
