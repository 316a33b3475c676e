//! What a request meets first in `serve`: by which host it came, and from whom. A front is what a configuration says, put
//! together; a changed configuration is another front.

mod apis;
mod forwarded;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use stagedoor_store::{Store, StoreError};

use crate::config::{Configuration, Network};
use crate::figures::Figures;
use crate::gateway::upstream::{Connections, NoCertificates};
use crate::listen::Handler;
use crate::mail::{Mail, Post};
use crate::password::Passwords;
use crate::{Administration, Api, Clock, Dashboard, Insight, Server, admin, is_own};
use apis::Hosted;

/// What outlives a configuration.
pub struct Lasting {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    passwords: Arc<Passwords>,
    mail: Arc<Mail>,
    pub(crate) insight: Insight,
    administration: Arc<Administration>,
}

/// All APIs behind all hosts.
pub struct Front {
    by_host: HashMap<String, Server>,
    by_any_host: Server,
    everything: Arc<Server>,
    connections: Connections,
    proxies: Vec<Network>,
    /// Whether it may be administered over the network.
    is_administered: bool,
    /// What `Strict-Transport-Security` says to those who came by a proxy's https. Where this server does TLS itself, the
    /// listener says it.
    strict_transport: Option<HeaderValue>,
}

/// Why a configuration without mistakes cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum FrontError {
    #[error(transparent)]
    NoCertificates(#[from] NoCertificates),
    #[error(
        "the `upstream` of the API \"{api}\" cannot be called: write one such as \"http://127.0.0.1:9000/v1\""
    )]
    Upstream { api: String },
    #[error("what was revoked cannot be looked up for the longer lifetime of access tokens: {0}; try again")]
    Store(#[from] StoreError),
}

impl Lasting {
    /// Mails go nowhere.
    pub fn new(store: Store, clock: Clock, insight: Insight) -> Self {
        let (mail, administration) = (Mail::nowhere(), Arc::default());
        Self { store, clock, passwords: Arc::default(), mail, insight, administration }
    }

    /// The same, with somewhere for mails to go.
    pub fn with_post(self, post: Post) -> Self {
        Self { mail: Arc::new(Mail::new(post)), ..self }
    }
}

impl Front {
    /// What the configuration says; `origin` is how the server is reached. Where there was a front `before`, its connections
    /// and counters go on. Blocks.
    pub fn new(
        configuration: &Configuration,
        origin: &str,
        lasting: &Lasting,
        before: Option<&Self>,
    ) -> Result<Self, FrontError> {
        let is_https = |url: &str| url.starts_with("https:");
        let tls = configuration.apis.iter().any(|api| is_https(api.upstream.url.as_str()));
        let connections = match before {
            Some(before) if before.connections.do_tls() || !tls => before.connections.clone(),
            _ => Connections::new(tls)?,
        };
        let hosted = apis::all(configuration, origin, lasting, &connections, before)?;
        let insight = Insight { access_log: configuration.log.access, ..lasting.insight.clone() };
        let server = |apis: Vec<Arc<Api>>| {
            Server::new(apis, lasting.store.clone(), lasting.clock.clone()).with_insight(insight.clone())
        };
        let all: Vec<_> = hosted.iter().map(|hosted| hosted.api.clone()).collect();
        let (keys, passwords) = (configuration.keys.ring.clone(), lasting.passwords.clone());
        let (store, clock) = (lasting.store.clone(), lasting.clock.clone());
        let dashboard = Dashboard::new(origin.to_owned(), all.clone(), keys, store, clock, passwords)
            .with_registration(configuration.registration, lasting.mail.clone());
        let dashboard = Arc::new(dashboard);
        let mut everything = server(all).with_dashboard(dashboard.clone());
        let is_administered = configuration.admin.http;
        if is_administered {
            everything = everything.with_administration(lasting.administration.clone());
        }
        let everything = Arc::new(everything);
        let mut hosts: HashMap<Option<String>, Vec<Arc<Api>>> = HashMap::new();
        for Hosted { host, api } in hosted {
            hosts.entry(host).or_default().push(api);
        }
        let by_any_host = server(hosts.remove(&None).unwrap_or_default()).with_dashboard(dashboard);
        let by_host = hosts.into_iter().filter_map(|(host, apis)| Some((host?, server(apis)))).collect();
        let is_proxied = is_https(origin) && configuration.server.tls.is_none();
        let strict_transport = is_proxied.then(|| configuration.server.strict_transport.clone());
        let proxies = configuration.server.trusted_proxies.clone();
        Ok(Self { by_host, by_any_host, everything, connections, proxies, is_administered, strict_transport })
    }

    /// One server for all APIs: for jobs.
    pub fn everything(&self) -> Arc<Server> {
        self.everything.clone()
    }

    fn server(&self, request: &Request<Body>) -> &Server {
        // Whoever asks how the server does asks about all of it, by whatever host.
        if is_own(request.uri().path()) {
            return &self.everything;
        }
        let header = || request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
        let host = request.uri().authority().map(|authority| authority.as_str()).or_else(header);
        let name = name_of(host.unwrap_or_default()).to_ascii_lowercase();
        match self.by_host.get(&name) {
            Some(server) => server,
            // It is about all APIs, and where those with hosts of their own are not.
            None if self.is_administered && admin::network::is_at(request.uri().path()) => &self.everything,
            None => &self.by_any_host,
        }
    }
}

impl Handler for Front {
    async fn handle(&self, mut request: Request<Body>) -> Response {
        let is_proxied = forwarded::believe(&mut request, &self.proxies);
        let mut response = self.server(&request).handle(request).await;
        if let Some(value) = self.strict_transport.as_ref().filter(|_| is_proxied) {
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value.clone());
        }
        response
    }

    fn figures(&self) -> Arc<Figures> {
        self.everything.figures()
    }
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
