//! How much and how long.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::HeaderValue;

use crate::config::Network;

/// How many connections there may be at a time, and how long one is waited for.
#[derive(Clone, Debug)]
pub struct ListenerOptions {
    /// In all. Beyond it nobody is let in until someone leaves; the system keeps a queue of those who wait.
    pub connections: usize,
    /// From one address, of IPv6 one network. Who has as many is told 503.
    pub connections_per_address: usize,
    /// From a loopback address: programs of this machine, and proxies in front, open many.
    pub connections_per_loopback_address: usize,
    /// Who may have as many as they like: proxies in front.
    pub proxies: Vec<Network>,
    /// For a TLS handshake, for the head of a request, and over HTTP/1.1 for the next request.
    pub header: Duration,
    /// For a client to take the next piece of an answer.
    pub write: Duration,
    /// For the next request over HTTP/2.
    pub idle: Duration,
    /// For what is in flight at shutdown.
    pub drain: Duration,
    /// What `Strict-Transport-Security` says in every answer over TLS (RFC 6797).
    pub strict_transport: Option<HeaderValue>,
}

impl Default for ListenerOptions {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: 256,
            connections_per_loopback_address: 4096,
            proxies: Vec::new(),
            header: Duration::from_secs(15),
            write: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(10),
            strict_transport: None,
        }
    }
}

impl ListenerOptions {
    /// How many connections this address may have.
    pub(super) fn connections_of(&self, address: IpAddr) -> usize {
        if self.proxies.iter().any(|network| network.contains(address)) {
            usize::MAX
        } else if address.to_canonical().is_loopback() {
            self.connections_per_loopback_address
        } else {
            self.connections_per_address
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_an_address() {
        let proxies = vec![Network::parse("10.0.0.0/8").unwrap()];
        let options = ListenerOptions { proxies, ..ListenerOptions::default() };
        let cases = [
            ("192.0.2.1", 256),
            ("2001:db8::1", 256),
            ("127.0.0.9", 4096),
            ("::1", 4096),
            ("::ffff:127.0.0.1", 4096),
            ("10.1.2.3", usize::MAX),
            ("::ffff:10.1.2.3", usize::MAX),
        ];
        for (address, most) in cases {
            assert_eq!(options.connections_of(address.parse().unwrap()), most, "{address}");
        }
    }
}
