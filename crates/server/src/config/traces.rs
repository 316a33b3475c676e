//! `[traces]`.

use serde::Deserialize;
use url::Url;

use super::check::Check;

/// Traces for an OpenTelemetry collector. Left out, nothing is traced.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a section, [traces]")]
pub(super) struct TracesSection {
    /// Where they are sent, by OTLP over HTTP: an address such as `http://127.0.0.1:4318/v1/traces`.
    endpoint: String,
    /// The share of requests that is recorded, from 0 to 1, where no trusted proxy has decided it.
    #[serde(default = "all")]
    sample_ratio: f64,
}

fn all() -> f64 {
    1.0
}

/// Traces.
#[derive(Debug, Clone, PartialEq)]
pub struct TracesConfiguration {
    /// Where they are sent; http or https.
    pub endpoint: Url,
    /// From 0 to 1.
    pub sample_ratio: f64,
}

impl TracesSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<TracesConfiguration> {
        let ratio = self.sample_ratio;
        if !(0.0..=1.0).contains(&ratio) {
            let message = format!("`sample_ratio` is {ratio}: write a share from 0 to 1, such as 0.1");
            check.wrong("traces.sample_ratio", message);
        }
        let is_usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let Some(endpoint) = Url::parse(&self.endpoint).ok().filter(is_usable) else {
            let message =
                "`endpoint` is not a web address: write one such as \"http://127.0.0.1:4318/v1/traces\"";
            check.wrong("traces.endpoint", message);
            return None;
        };
        if !endpoint.username().is_empty() || endpoint.password().is_some() {
            let message = "no name and password belong into this file: send the traces to a collector of your own, \
                           which knows those of the next one";
            check.wrong("traces.endpoint", message);
        }
        Some(TracesConfiguration { endpoint, sample_ratio: ratio })
    }
}
