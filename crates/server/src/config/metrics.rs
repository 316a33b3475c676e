//! `[metrics]`.

use std::net::SocketAddr;

use serde::Deserialize;

use super::check::Check;
use super::server::{ServerConfiguration, parse_address};
use crate::figures::APPS;

/// Figures for Prometheus, at `/metrics`.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [metrics]")]
pub(super) struct MetricsSection {
    /// Address and port of a listener for the figures, such as `127.0.0.1:9464`; they are then there alone. It speaks plain HTTP to
    /// whoever reaches it. Left out, they are beside the APIs, and only programs of this machine may read them.
    listen: Option<String>,
    /// How many apps have figures of their own. Those that come later are counted together.
    apps: usize,
}

impl Default for MetricsSection {
    fn default() -> Self {
        Self { listen: None, apps: APPS }
    }
}

/// Figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsConfiguration {
    /// A listener of their own.
    pub listen: Option<SocketAddr>,
    /// How many apps have some of their own.
    pub apps: usize,
}

impl MetricsSection {
    pub(super) fn typed(
        self,
        server: Option<&ServerConfiguration>,
        check: &mut Check<'_>,
    ) -> Option<MetricsConfiguration> {
        let apps = self.apps;
        let Some(text) = self.listen else { return Some(MetricsConfiguration { listen: None, apps }) };
        let address = parse_address(&text, "metrics.listen", check)?;
        let is_taken = |server: &ServerConfiguration| address.port() != 0 && server.listen.contains(&address);
        if server.is_some_and(is_taken) {
            let message =
                format!("{address} stands in [server] `listen` too: give the figures a port of their own");
            check.wrong("metrics.listen", message);
        }
        Some(MetricsConfiguration { listen: Some(address), apps })
    }
}
