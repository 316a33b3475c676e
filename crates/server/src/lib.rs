//! The HTTP side: OAuth endpoints, the gateway in front of the API, limits and pages.
//!
//! A request comes in by [`listen`], [`Server::handle`] finds its API and endpoint, and one of `http/`, `pages/` or
//! `gateway/` answers it. What is decided is decided in the protocol crate; what must last is in the store.

pub mod api;
mod browser;
pub mod clock;
pub mod config;
pub mod dev;
pub mod entropy;
pub mod front;
mod gateway;
mod http;
pub mod jobs;
pub mod limit;
pub mod listen;
pub mod pages;
pub mod password;
mod settle;
pub mod state_file;
mod steady;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use stagedoor_store::Store;

pub use api::{Api, ApiSettings, NeededScope};
pub use clock::Clock;
pub use gateway::upstream::{Address, NoCertificates, Upstream};

/// All APIs of a process and what they share.
pub struct Server {
    apis: Vec<Arc<Api>>,
    clock: Clock,
    store: Store,
}

impl Server {
    /// A server for these APIs.
    pub fn new(apis: Vec<Arc<Api>>, store: Store, clock: Clock) -> Self {
        let mut apis = apis;
        // The longest mount first, so that `/a/b` is found before `/a`.
        apis.sort_by_key(|api| std::cmp::Reverse(api.mount.len()));
        Self { apis, clock, store }
    }

    /// The APIs.
    pub fn apis(&self) -> &[Arc<Api>] {
        &self.apis
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request<Body>) -> Response {
        let path = request.uri().path();
        if path.starts_with(browser::ASSETS) {
            return browser::asset(path);
        }
        match self.find(path) {
            Some(api) => http::handle(api, request).await,
            None => match http::metadata::at_root(path, request.method(), &self.apis) {
                Some(metadata) => metadata,
                None => browser::outside(path, &self.apis),
            },
        }
    }

    /// The API whose mount the path lies under.
    pub fn find(&self, path: &str) -> Option<&Arc<Api>> {
        self.apis.iter().find(|api| api.local_path(path).is_some())
    }
}
