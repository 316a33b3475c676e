//! What cannot change while a server runs.

use crate::config::Configuration;

/// Keeps it in `new` as it is in `old`; names what was to change.
pub(super) fn keep(new: &mut Configuration, old: &Configuration) -> Vec<&'static str> {
    let (server, before) = (&mut new.server, &old.server);
    let mut named = Vec::new();
    let other_places = server.listen != before.listen;
    if other_places || server.tls.is_some() != before.tls.is_some() {
        // What was checked is how all of it goes together: which proxies, which `url`, and what may cross in clear.
        *server = before.clone();
        named.push(if other_places { "[server], with its listen" } else { "[server], with its tls" });
    }
    if server.connections.connections != before.connections.connections {
        server.connections.connections = before.connections.connections;
        named.push("[server.limits] connections");
    }
    if new.database != old.database {
        new.database.clone_from(&old.database);
        named.push("[database] path");
    }
    if new.admin.socket != old.admin.socket {
        new.admin.socket.clone_from(&old.admin.socket);
        named.push("[admin] socket");
    }
    if new.log.format != old.log.format {
        new.log.format = old.log.format;
        named.push("[log] format");
    }
    if new.metrics != old.metrics {
        new.metrics = old.metrics;
        named.push("[metrics]");
    }
    if new.mail != old.mail {
        // Open registration needs it.
        new.mail.clone_from(&old.mail);
        new.registration = old.registration;
        named.push("[mail], with the registration");
    }
    if new.traces != old.traces {
        new.traces.clone_from(&old.traces);
        named.push("[traces]");
    }
    named
}
