//! What a request meets first: by which host it came, and from whom.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::response::Response;
use stagedoor_server::config::Network;
use stagedoor_server::listen::Handler;
use stagedoor_server::{Api, Clock, Server};
use stagedoor_store::Store;

use super::apis::Hosted;
use super::forwarded;

/// All APIs behind all hosts.
pub(super) struct Front {
    by_host: HashMap<String, Server>,
    by_any_host: Server,
    everything: Arc<Server>,
    proxies: Vec<Network>,
}

impl Front {
    pub(super) fn new(hosted: Vec<Hosted>, proxies: Vec<Network>, store: &Store, clock: &Clock) -> Self {
        let server = |apis: Vec<Arc<Api>>| Server::new(apis, store.clone(), clock.clone());
        let everything = Arc::new(server(hosted.iter().map(|hosted| hosted.api.clone()).collect()));
        let mut hosts: HashMap<Option<String>, Vec<Arc<Api>>> = HashMap::new();
        for Hosted { host, api } in hosted {
            hosts.entry(host).or_default().push(api);
        }
        let by_any_host = server(hosts.remove(&None).unwrap_or_default());
        let by_host = hosts.into_iter().filter_map(|(host, apis)| Some((host?, server(apis)))).collect();
        Self { by_host, by_any_host, everything, proxies }
    }

    /// One server for all APIs: for jobs.
    pub(super) fn everything(&self) -> Arc<Server> {
        self.everything.clone()
    }

    fn server(&self, request: &Request<Body>) -> &Server {
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
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
