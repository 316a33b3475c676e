//! What a request meets first in `serve`: by which host it came, and from whom. A front is what a configuration says, put
//! together.

mod apis;
mod forwarded;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::response::Response;
use stagedoor_store::Store;

use crate::config::{Configuration, Network};
use crate::figures::Figures;
use crate::gateway::upstream::NoCertificates;
use crate::listen::Handler;
use crate::{Api, Clock, Insight, Server, is_own};
use apis::Hosted;

/// All APIs behind all hosts.
pub struct Front {
    by_host: HashMap<String, Server>,
    by_any_host: Server,
    everything: Arc<Server>,
    proxies: Vec<Network>,
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
}

impl Front {
    /// What the configuration says; `origin` is how the server is reached.
    pub fn new(
        configuration: Configuration,
        origin: &str,
        store: &Store,
        clock: &Clock,
        insight: &Insight,
    ) -> Result<Self, FrontError> {
        let proxies = configuration.server.trusted_proxies.clone();
        let hosted = apis::all(configuration, origin, store, clock, &insight.figures)?;
        let server = |apis: Vec<Arc<Api>>| {
            Server::new(apis, store.clone(), clock.clone()).with_insight(insight.clone())
        };
        let everything = Arc::new(server(hosted.iter().map(|hosted| hosted.api.clone()).collect()));
        let mut hosts: HashMap<Option<String>, Vec<Arc<Api>>> = HashMap::new();
        for Hosted { host, api } in hosted {
            hosts.entry(host).or_default().push(api);
        }
        let by_any_host = server(hosts.remove(&None).unwrap_or_default());
        let by_host = hosts.into_iter().filter_map(|(host, apis)| Some((host?, server(apis)))).collect();
        Ok(Self { by_host, by_any_host, everything, proxies })
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
        if self.by_host.is_empty() {
            return &self.by_any_host;
        }
        let header = || request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
        let host = request.uri().authority().map(|authority| authority.as_str()).or_else(header);
        let name = name_of(host.unwrap_or_default()).to_ascii_lowercase();
        self.by_host.get(&name).unwrap_or(&self.by_any_host)
    }
}

impl Handler for Front {
    async fn handle(&self, mut request: Request<Body>) -> Response {
        forwarded::believe(&mut request, &self.proxies);
        self.server(&request).handle(request).await
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
