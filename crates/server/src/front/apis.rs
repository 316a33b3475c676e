//! The APIs of a configuration, each with its upstream.

use std::sync::Arc;

use stagedoor_store::Store;

use super::FrontError;
use crate::config::{ApiConfiguration, Configuration};
use crate::figures::Figures;
use crate::gateway::upstream::{Address, Connections};
use crate::password::Passwords;
use crate::{Api, ApiSettings, Clock, Upstream};

/// An API and the host that leads to it; by any host where there is none.
pub(super) struct Hosted {
    pub(super) host: Option<String>,
    pub(super) api: Arc<Api>,
}

/// All of them; `origin` is how the server is reached.
pub(super) fn all(
    configuration: Configuration,
    origin: &str,
    store: &Store,
    clock: &Clock,
    figures: &Figures,
) -> Result<Vec<Hosted>, FrontError> {
    let keys = configuration.keys.ring;
    let passwords = Arc::new(Passwords::default());
    let connections =
        Connections::new(configuration.apis.iter().any(|api| api.upstream.url.scheme() == "https"))?;
    let hosted = |api: ApiConfiguration| {
        let (host, token_format) = (api.host.clone(), api.token_format);
        let settings = settings(api, origin, &connections)?;
        let api = Api::new(settings, keys.clone(), store.clone(), clock.clone(), passwords.clone());
        let api = api.with_token_format(token_format).with_figures(figures);
        Ok(Hosted { host, api: Arc::new(api) })
    };
    configuration.apis.into_iter().map(hosted).collect()
}

fn settings(
    api: ApiConfiguration,
    server_origin: &str,
    connections: &Connections,
) -> Result<ApiSettings, FrontError> {
    let origin = api.origin(server_origin);
    let address = Address::new(&api.upstream, &origin, connections.clone());
    let address = address.ok_or_else(|| FrontError::Upstream { api: api.name.clone() })?;
    Ok(ApiSettings {
        name: api.name,
        mount: api.path,
        origin,
        dialect: api.dialect,
        upstream: Upstream::Address(Box::new(address)),
        needed_scopes: api.needed_scopes,
        unlimited: false,
    })
}
