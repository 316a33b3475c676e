//! `[metrics]`.

use serde::Deserialize;

use super::check::Check;
use super::server::{ServerConfiguration, parse_address};

/// An own place for figures, apart from the APIs. This version has none yet and refuses the section.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a section, [metrics]")]
pub(super) struct MetricsSection {
    /// Address and port for `/metrics`, such as `127.0.0.1:9464`.
    listen: String,
}

pub(super) fn check(
    section: Option<&MetricsSection>,
    server: Option<&ServerConfiguration>,
    check: &mut Check<'_>,
) {
    let Some(section) = section else { return };
    let Some(address) = parse_address(&section.listen, "metrics.listen", check) else { return };
    if server.is_some_and(|server| server.listen.contains(&address)) {
        let message =
            format!("{address} stands in [server] `listen` too: give the figures a port of their own");
        check.wrong("metrics.listen", message);
    }
}
