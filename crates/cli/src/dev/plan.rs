//! What a server is made from, at the start and after a reset.

use std::sync::Arc;

use anyhow::bail;
use stagedoor_protocol::{About, Question};
use stagedoor_server::config::Registration;
use stagedoor_server::dev::Restart;
use stagedoor_server::mail::{Mail, Post};
use stagedoor_server::password::Passwords;
use stagedoor_server::state_file::StateFile;
use stagedoor_server::{Api, Clock, Dashboard, ExampleCall, Server, dashboard};
use stagedoor_store::{Store, StoreOptions};

use super::apis::Mounts;
use super::demo;
use super::folder::Folder;

pub(super) struct Plan {
    pub(super) folder: Folder,
    pub(super) mounts: Mounts,
    /// What an empty store is filled with.
    pub(super) state: StateFile,
    pub(super) clock: Clock,
}

impl Plan {
    /// Opens the store, filling an empty one.
    pub(super) async fn open(&self) -> anyhow::Result<Arc<Server>> {
        let now = self.clock.now();
        let keys = Arc::new(self.folder.keys(now)?);
        let options = StoreOptions {
            longest_token_seconds: self.mounts.longest_token_seconds(),
            ..StoreOptions::default()
        };
        let store = Store::open(&self.folder.database(), options, now)?;
        let passwords = Arc::new(Passwords::default());
        let (origin, registration) = (self.mounts.dashboard_origin(), Registration::Open);
        let mail = Arc::new(Mail::new(Post::Mailbox(Arc::default())));
        let accounts = dashboard::account_pages(&origin, registration, &mail);
        let apis: Vec<Arc<Api>> = self
            .mounts
            .settings(&self.state)
            .into_iter()
            .map(|settings| {
                let (hint, serves) = (hint(&settings.name), self.mounts.serves(&settings.name));
                let (keys, passwords) = (keys.clone(), passwords.clone());
                let dialect = settings.dialect.name.to_string();
                let api = Api::new(settings, keys, store.clone(), self.clock.clone(), passwords);
                let api = api.with_example_call(example_call(&dialect));
                Arc::new(api.with_developer_hint(hint).with_serves(serves).with_accounts(accounts.clone()))
            })
            .collect();
        if store.is_empty()? {
            let mut effects = self.state.effects(&apis, now)?;
            effects.push(demo::admin_credential(&keys, now)?);
            store.commit(effects).await?;
        } else {
            self.compare(&store).await?;
        }
        let shown = apis.clone();
        let dashboard = Dashboard::new(origin, shown, keys, store.clone(), self.clock.clone(), passwords)
            .with_registration(registration, mail);
        let server = Server::new(apis, store, self.clock.clone()).with_dashboard(Arc::new(dashboard));
        Ok(Arc::new(server.with_administration(Arc::default())))
    }

    /// A store that was filled before has every app that is asked for, with its redirect URIs: what is printed is so.
    async fn compare(&self, store: &Store) -> anyhow::Result<()> {
        for entry in &self.state.app {
            let question = Question { client_id: &entry.client_id, about: About::App };
            let app = store.answer(&entry.api, &question).await?.app;
            let registered = |uri: &str| {
                app.as_ref().is_some_and(|app| app.redirect_uris.iter().any(|own| own.as_str() == uri))
            };
            let missing = entry.redirect_uris.iter().find(|uri| !registered(uri.as_str()));
            let what = match (&app, missing) {
                (Some(_), None) => continue,
                (Some(_), Some(uri)) => format!("the redirect URI {} of {}", uri.as_str(), entry.api),
                (None, _) => format!("the app {} of {}", entry.client_id, entry.api),
            };
            bail!(
                "{} was filled without {what}, and is not filled again: choose another --data-dir, or remove stagedoor.db and \
                 stagedoor.key there",
                self.folder.path().display()
            );
        }
        Ok(())
    }
}

/// A call of a built-in API that has data.
fn example_call(dialect: &str) -> Option<ExampleCall> {
    ExampleCall::parse(match dialect {
        "bandcamp" => "POST /api/account/1/my_bands",
        "spotify" => "GET /v1/artists/4Z8W4fKeB5YxbusRsdQVPb",
        "spotify-ads" => "GET /ads-sandbox/v1/currentUser/adAccounts",
        "soundcharts" => "GET /api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396",
        _ => "GET /whoami",
    })
}

/// For the pages that refuse a client id or a redirect URI.
fn hint(api: &str) -> String {
    format!(
        "Here that is done in the dashboard, or by stagedoor dev --redirect-uri {api}=URI, or --state FILE for an app of your \
         own; /_dev/ shows the client ids there are."
    )
}

/// Forgets everything and opens anew.
pub(super) fn restart(plan: Arc<Plan>) -> Restart {
    Box::new(move |old| {
        let plan = plan.clone();
        Box::pin(async move {
            old.store().close().await;
            let opened = match plan.folder.forget() {
                Ok(()) => plan.open().await,
                Err(error) => Err(error),
            };
            opened.map_err(|error| format!("{error:#}"))
        })
    })
}
