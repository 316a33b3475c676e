//! What all APIs share: listeners, passwords, keys.

use crate::Server;
use crate::figures::text::Text;

pub(super) fn write(text: &mut Text, server: &Server) {
    let connections = server.insight.figures.connections();
    text.gauge("connections_open", "Connections that are open.").sample(&[], connections.open());
    text.counter("connections_total", "Connections that were let in.")
        .sample(&[], connections.accepted.value());
    text.counter("connections_turned_away_total", "Connections refused because their address had too many.")
        .sample(&[], connections.turned_away.value());
    let lost = server.insight.traces.as_ref().map_or(0, |traces| traces.lost());
    text.counter("trace_spans_lost_total", "Spans that no collector took.").sample(&[], lost);
    let version = env!("CARGO_PKG_VERSION");
    text.gauge("build_info", "The version that runs.").sample(&[("version", version)], 1);
    // All APIs have the same ones.
    let Some(api) = server.apis().first() else { return };
    let (checked, waiting) = api.passwords.queue();
    text.gauge("password_checks_running", "Passwords that are being checked.").sample(&[], checked);
    text.gauge("password_checks_waiting", "Passwords that wait to be checked.").sample(&[], waiting);
    let mut family = text.gauge("key_active", "The key that makes new things, by purpose; its value is 1.");
    for (purpose, id) in api.rules.keys.all_active(server.clock().now()) {
        family.sample(&[("purpose", purpose.as_str()), ("key_id", &id.0.to_string())], 1);
    }
}
