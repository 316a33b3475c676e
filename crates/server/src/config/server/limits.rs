//! `[server.limits]`.

use std::time::Duration;

use serde::Deserialize;

use crate::config::check::Check;
use crate::gateway;
use crate::listen::ListenerOptions;

/// How much at a time, for each address listened on, and how long a client is waited for.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [server.limits]")]
pub(super) struct LimitsSection {
    /// Connections in all. Who comes beyond that waits.
    connections: usize,
    /// Connections from one address, of IPv6 one network (/64). Who comes beyond that is told 503. Loopback addresses may
    /// have more, and trusted proxies as many as they like.
    connections_per_address: usize,
    /// For a TLS handshake and for the head of a request. Over HTTP/1.1 a connection waits so long for its next request too:
    /// a proxy in front has to close its own sooner.
    header_seconds: u32,
    /// For every next piece of a call's body.
    body_seconds: u32,
    /// For a client to take the next piece of an answer.
    write_seconds: u32,
    /// For the next request over HTTP/2.
    idle_seconds: u32,
    /// For what is in flight when the server is stopped.
    drain_seconds: u32,
}

/// What it says.
pub(super) struct Limits {
    pub(super) options: ListenerOptions,
    pub(super) body_patience: Duration,
}

impl Default for LimitsSection {
    fn default() -> Self {
        let ListenerOptions { connections, connections_per_address, header, write, idle, drain, .. } =
            ListenerOptions::default();
        let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        Self {
            connections,
            connections_per_address,
            header_seconds: seconds(header),
            body_seconds: seconds(gateway::BODY_PATIENCE),
            write_seconds: seconds(write),
            idle_seconds: seconds(idle),
            drain_seconds: seconds(drain),
        }
    }
}

impl LimitsSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<Limits> {
        let Self { connections, connections_per_address, .. } = self;
        let places = [("connections", connections), ("connections_per_address", connections_per_address)];
        let times = [
            ("header_seconds", self.header_seconds),
            ("body_seconds", self.body_seconds),
            ("write_seconds", self.write_seconds),
            ("idle_seconds", self.idle_seconds),
            ("drain_seconds", self.drain_seconds),
        ];
        let nobody = places.iter().filter(|(_, value)| *value == 0);
        let nobody = nobody.map(|(key, _)| (*key, "and nobody would be let in"));
        let never = times.iter().filter(|(_, value)| *value == 0);
        let never = never.map(|(key, _)| (*key, "and nobody would be in time"));
        let wrong: Vec<_> = nobody.chain(never).collect();
        for (key, what) in &wrong {
            check.wrong(&format!("server.limits.{key}"), format!("`{key}` is 0, {what}: at least 1"));
        }
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let options = ListenerOptions {
            connections,
            connections_per_address,
            header: seconds(self.header_seconds),
            write: seconds(self.write_seconds),
            idle: seconds(self.idle_seconds),
            drain: seconds(self.drain_seconds),
            ..ListenerOptions::default()
        };
        wrong.is_empty().then_some(Limits { options, body_patience: seconds(self.body_seconds) })
    }
}
