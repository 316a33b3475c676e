//! The dashboard: what developers, the people who use their apps, and administrators do in a browser.
//!
//! [`route`] lists every page and form with what it needs; [`visit`] is a request once that is found; the rest is a file a
//! page. Changes are decided by the protocol and committed as effects, as everywhere. Pages work without JavaScript; each
//! form goes to an address below its page's, so that whoever is late with one is led back to the page.

mod accounts;
mod administration;
mod apps;
mod connections;
mod invitations;
mod layout;
mod redirect_uris;
mod route;
mod say;
mod session;
mod teams;
mod visit;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_store::Store;

use crate::api::{AccountPages, Api};
use crate::browser::Door;
use crate::clock::Clock;
use crate::config::Registration;
use crate::limit::RateLimit;
use crate::mail::{Mail, Mailbox};
use crate::password::Passwords;
pub use route::all as routes;
use visit::Visit;

/// The path that all its pages lie under.
pub const BASE: &str = "/dashboard";

/// The dashboard over all APIs of a server.
pub struct Dashboard {
    /// Scheme, host and port that people reach it by, without trailing slash.
    origin: String,
    keys: Arc<KeyRing>,
    store: Store,
    clock: Clock,
    passwords: Arc<Passwords>,
    /// In the order of the configuration.
    apis: Vec<Arc<Api>>,
    registration: Registration,
    mail: Arc<Mail>,
    /// Forms that tell whether an e-mail has an account, by who sends them.
    asked_for_people: RateLimit,
}

impl Dashboard {
    /// A dashboard over these APIs, which share keys, store and accounts.
    pub fn new(
        origin: String,
        apis: Vec<Arc<Api>>,
        keys: Arc<KeyRing>,
        store: Store,
        clock: Clock,
        passwords: Arc<Passwords>,
    ) -> Self {
        let (registration, mail) = (Registration::Closed, Mail::nowhere());
        let asked_for_people = RateLimit::one_in(60, 30);
        Self { origin, keys, store, clock, passwords, apis, registration, mail, asked_for_people }
    }

    /// The same, where people come to accounts in this way, and are written to.
    pub fn with_registration(self, registration: Registration, mail: Arc<Mail>) -> Self {
        Self { registration, mail, ..self }
    }

    pub(crate) fn mailbox(&self) -> Option<&Mailbox> {
        self.mail.mailbox()
    }

    /// Answers a request for one of its pages.
    pub(crate) async fn handle(&self, request: Request<Body>) -> Response {
        match Visit::begin(self, request).await {
            Ok((visit, route)) => match (route.answer)(&visit).await {
                Ok(response) => route.sealed(visit.greeted(response)),
                Err(stop) => say::stopped(&visit, &stop),
            },
            Err(response) => *response,
        }
    }

    fn door(&self) -> Door<'_> {
        Door {
            title: "Stagedoor",
            origin: &self.origin,
            path: BASE,
            keys: &self.keys,
            store: &self.store,
            passwords: &self.passwords,
            now: self.now(),
            is_limited: true,
            figures: None,
        }
    }

    fn origin(&self) -> &str {
        &self.origin
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn api(&self, name: &str) -> Option<&Arc<Api>> {
        self.apis.iter().find(|api| &*api.rules.api == name)
    }

    /// What people call an API.
    fn title_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.api(name).map_or(name, |api| &api.dialect().title)
    }
}

/// What the pages of APIs lead to, at the server at `origin`.
pub fn account_pages(origin: &str, registration: Registration, mail: &Mail) -> AccountPages {
    let page = |path: &str| format!("{origin}{BASE}/{path}");
    AccountPages {
        register: (registration == Registration::Open).then(|| page("register")),
        forgotten: mail.is_sent().then(|| page("forgotten")),
        connections: Some(page("connections")),
    }
}

/// Whether a path leads here.
pub(crate) fn is_at(path: &str) -> bool {
    path.strip_prefix(BASE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
