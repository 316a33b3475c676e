//! The APIs of a configuration, each with its upstream.

use std::sync::Arc;

use super::{Front, FrontError, Lasting};
use crate::config::{ApiConfiguration, Configuration};
use crate::dashboard;
use crate::gateway::upstream::{Address, Connections};
use crate::{Api, ApiSettings, Upstream};

/// An API and the host that leads to it; by any host where there is none.
pub(super) struct Hosted {
    pub(super) host: Option<String>,
    pub(super) api: Arc<Api>,
}

/// All of them; `origin` is how the server is reached. What was counted by the ones before is counted on.
pub(super) fn all(
    configuration: &Configuration,
    origin: &str,
    lasting: &Lasting,
    connections: &Connections,
    before: Option<&Front>,
) -> Result<Vec<Hosted>, FrontError> {
    let Lasting { store, clock, passwords, insight, mail, .. } = lasting;
    let accounts = dashboard::account_pages(origin, configuration.registration, mail);
    let hosted = |configured: &ApiConfiguration| {
        let settings = settings(configured, origin, connections)?;
        let keys = configuration.keys.ring.clone();
        let api = Api::new(settings, keys, store.clone(), clock.clone(), passwords.clone());
        let mut api = api
            .with_token_format(configured.token_format)
            .with_serves(configured.serves.clone())
            .with_terms(configured.terms.clone())
            .with_accounts(accounts.clone())
            .with_example_call(configured.example_call.clone())
            .with_figures(&insight.figures)
            .with_body_patience(configuration.server.body_patience);
        if let Some(before) = before.and_then(|before| before.everything.named(&configured.name)) {
            api = api.counting_on(before);
        }
        Ok(Hosted { host: configured.host.clone(), api: Arc::new(api) })
    };
    configuration.apis.iter().map(hosted).collect()
}

fn settings(
    api: &ApiConfiguration,
    server_origin: &str,
    connections: &Connections,
) -> Result<ApiSettings, FrontError> {
    let origin = api.origin(server_origin);
    let address = Address::new(&api.upstream, &origin, connections.clone());
    let address = address.ok_or_else(|| FrontError::Upstream { api: api.name.clone() })?;
    Ok(ApiSettings {
        name: api.name.clone(),
        mount: api.path.clone(),
        origin,
        dialect: api.dialect.clone(),
        upstream: Upstream::Address(Box::new(address)),
        needed_scopes: api.needed_scopes.clone(),
        unlimited: false,
    })
}
