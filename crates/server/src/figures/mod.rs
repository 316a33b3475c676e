//! What is counted of requests: a few relaxed additions each, into counters that were found when the server started. What is
//! read out, and how, is in `scrape`.
//!
//! Nothing a stranger sends becomes the name of a figure: labels are APIs, endpoints, reasons and registered apps.

mod answer;
mod api;
mod apps;
mod connections;
mod process;
mod scrape;
mod text;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use stagedoor_store::figures::Counter;

pub(crate) use answer::{alone, beside_apis};
pub(crate) use api::{ApiFigures, Check, Limited, UpstreamFault};
pub(crate) use connections::{Connections, Open};
use scrape::scrape;
use text::CONTENT_TYPE;

use crate::usage::Usage;

/// Apps with figures of their own, where nothing else is said.
pub const APPS: usize = 1000;

/// All figures of a process. They outlast the APIs: one that is put together anew goes on counting where it was.
pub struct Figures {
    apis: Mutex<BTreeMap<Arc<str>, Arc<ApiFigures>>>,
    /// Requests that lead to no API.
    outside: Answers,
    apps_left: Arc<AtomicUsize>,
    usage: Arc<Usage>,
    connections: Arc<Connections>,
}

/// Answers by class of status, 1xx to 5xx.
#[derive(Default, Debug)]
pub(crate) struct Answers([Counter; CLASSES.len()]);

pub(crate) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Default for Figures {
    fn default() -> Self {
        Self::new(APPS)
    }
}

impl Figures {
    /// None yet; the first `apps` apps that are seen have some of their own.
    pub fn new(apps: usize) -> Self {
        Self {
            apis: Mutex::default(),
            outside: Answers::default(),
            apps_left: Arc::new(AtomicUsize::new(apps)),
            usage: Arc::default(),
            connections: Arc::default(),
        }
    }

    /// Those of an API, by its name.
    pub(crate) fn api(&self, name: &Arc<str>) -> Arc<ApiFigures> {
        // Nothing panics while it is held.
        let mut apis = self.apis.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(ApiFigures::new(name.clone(), self.apps_left.clone(), self.usage.clone()));
        apis.entry(name.clone()).or_insert_with(new).clone()
    }

    /// A request was answered that leads to no API.
    pub(crate) fn outside(&self, status: StatusCode) {
        self.outside.count(status);
    }

    /// Those of the listeners.
    pub(crate) fn connections(&self) -> &Arc<Connections> {
        &self.connections
    }
}

impl Answers {
    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        self.0[class].one();
    }

    fn read(&self) -> impl Iterator<Item = (&'static str, u64)> {
        CLASSES.into_iter().zip(self.0.iter().map(Counter::value))
    }
}
