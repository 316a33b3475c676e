//! How long the pages of the dashboard take, from the request to the last byte, for an administrator who owns the one team that
//! all apps belong to.

use std::sync::Arc;

use anyhow::Context;
use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::decision::Effect;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::session::{self, Account};
use stagedoor_protocol::team::Role;
use stagedoor_server::password::Passwords;
use stagedoor_server::{Api, Clock, Dashboard, Server};
use stagedoor_store::Store;

use super::database;
use crate::pairs::Spread;
use crate::stopwatch::Stopwatch;

/// Of each page.
const TIMES: u32 = 500;
const PERSON: AccountId = AccountId(1);

/// Below `/dashboard/`; `APP` stands for an app's API and client id.
pub(super) const PAGES: [(&str, &str); 16] = [
    ("a team's apps", "teams/1/apps"),
    ("a team", "teams/1"),
    ("making an app", "apps/new"),
    ("an app's credentials", "APP"),
    ("an app's users", "APP/users"),
    ("an app's usage", "APP/usage"),
    ("trying an app", "APP/try-it"),
    ("an app's settings", "APP/settings"),
    ("connected apps", "connections"),
    ("one's account", "account"),
    ("requests and reviews", "administration/requests"),
    ("the audit log", "administration/audit"),
    ("the APIs", "administration/apis"),
    ("accounts", "administration/accounts"),
    ("teams", "administration/teams"),
    ("the database", "administration/database"),
];

pub(super) struct Visitor {
    server: Server,
    cookie: String,
}

impl Visitor {
    pub(super) async fn sign_in(
        api: Arc<Api>,
        keys: Arc<KeyRing>,
        store: &Store,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let person = Account {
            id: PERSON,
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            password_hash: String::new(),
            epoch: 0,
            suspended: false,
            confirmed: true,
        };
        let account = Effect::CreateAccount {
            id: PERSON,
            email: person.email.clone(),
            name: person.name.clone(),
            password_hash: person.password_hash.clone(),
            at: now,
        };
        let changes = [
            Change::SetAdministrator { account: PERSON, administrator: true },
            Change::SetMember { team: TeamId(1), account: PERSON, role: Role::Owner },
        ];
        let started = session::start(&person, None, now, &mut StdRng::seed_from_u64(6));
        let changes = changes.map(Effect::Administer).into_iter();
        store.commit([account].into_iter().chain(changes).chain(started.effects).collect()).await?;
        let handle = started.reply.ok().context("no session")?;
        let (clock, passwords) = (Clock::default(), Arc::new(Passwords::default()));
        let origin = "http://127.0.0.1:8080".to_owned();
        let dashboard =
            Dashboard::new(origin, vec![api.clone()], keys, store.clone(), clock.clone(), passwords);
        let server = Server::new(vec![api], store.clone(), clock).with_dashboard(Arc::new(dashboard));
        Ok(Self { server, cookie: format!("stagedoor_session={}", handle.expose()) })
    }

    /// Milliseconds of a page, of any apps.
    pub(super) async fn open(&self, path: &str) -> anyhow::Result<Spread> {
        let mut random = StdRng::seed_from_u64(5);
        let mut millis = Vec::new();
        for _ in 0..TIMES {
            let app = random.random_range(1..=database::APPS);
            let app = format!("apps/{}/{}", database::API, database::client_id(app));
            let address = format!("/dashboard/{}", path.replace("APP", &app));
            let request = Request::get(&address).header(header::COOKIE, &self.cookie).body(Body::empty())?;
            let stopwatch = Stopwatch::start();
            let response = self.server.handle(request).await;
            let status = response.status();
            let page = response.into_body().collect().await?;
            millis.push(stopwatch.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(status.is_success() && !page.to_bytes().is_empty(), "{address}: {status}");
        }
        Ok(millis.into_iter().collect())
    }
}
