//! The APIs of a configuration, each with its upstream.

use std::sync::Arc;

use stagedoor_server::config::{ApiConfiguration, Configuration};
use stagedoor_server::password::Passwords;
use stagedoor_server::{Api, ApiSettings, Clock};
use stagedoor_store::Store;

use super::upstream::{Connections, Upstream};

/// An API and the host that leads to it; by any host where there is none.
pub(super) struct Hosted {
    pub(super) host: Option<String>,
    pub(super) api: Arc<Api>,
}

/// All of them; `origin` is how the server is reached.
pub(super) fn start(
    configuration: Configuration,
    origin: &str,
    store: &Store,
    clock: &Clock,
) -> anyhow::Result<Vec<Hosted>> {
    let keys = configuration.keys.ring;
    let passwords = Arc::new(Passwords::default());
    let connections =
        Connections::new(configuration.apis.iter().any(|api| api.upstream.url.scheme() == "https"))?;
    let hosted = |api: ApiConfiguration| {
        let host = api.host.clone();
        let settings = settings(api, origin, &connections)?;
        let api = Api::new(settings, keys.clone(), store.clone(), clock.clone(), passwords.clone());
        Ok(Hosted { host, api: Arc::new(api) })
    };
    configuration.apis.into_iter().map(hosted).collect()
}

fn settings(
    api: ApiConfiguration,
    server_origin: &str,
    connections: &Connections,
) -> anyhow::Result<ApiSettings> {
    let origin = api.origin(server_origin);
    let upstream = Upstream::new(&api, &origin, connections.clone())?;
    Ok(ApiSettings {
        name: api.name,
        mount: api.path,
        origin,
        dialect: api.dialect,
        upstream: upstream.into_router(),
        needed_scopes: api.needed_scopes,
        unlimited: false,
    })
}
