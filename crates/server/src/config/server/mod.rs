//! `[server]`: listening, and how the server is reached.

mod limits;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::http::HeaderValue;
use serde::Deserialize;
use url::{Host, Url};

use super::check::Check;
use super::network::{Network, NotANetwork};
use crate::listen::ListenerOptions;
use limits::{Limits, LimitsSection};
use tls::TlsSection;
pub use tls::{TlsConfiguration, TlsFiles};

/// Where the server listens and how it is reached.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [server]")]
pub(super) struct ServerSection {
    /// Addresses and ports to listen on. Beyond loopback it needs `[server.tls]` or `trusted_proxies`.
    listen: Vec<String>,
    /// How people and programs reach the server: scheme, host and, where it is not the usual one, port. It can be left out
    /// where only this machine reaches it.
    url: Option<String>,
    /// Addresses or networks, such as `10.0.0.0/8`, of the proxies in front. `X-Forwarded-For` is believed from them alone.
    trusted_proxies: Vec<String>,
    /// For how long browsers that came by https come by https alone, to this host at whatever port
    /// (`Strict-Transport-Security`). With 0 they are told to forget it.
    hsts_seconds: u32,
    /// Certificate and key.
    tls: Option<TlsSection>,
    /// How much at a time, and how long.
    limits: LimitsSection,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            listen: vec!["127.0.0.1:8080".to_owned()],
            url: None,
            trusted_proxies: Vec::new(),
            hsts_seconds: 365 * 24 * 3600,
            tls: None,
            limits: LimitsSection::default(),
        }
    }
}

/// Where the server listens and how it is reached.
#[derive(Clone, Debug)]
pub struct ServerConfiguration {
    /// At least one.
    pub listen: Vec<SocketAddr>,
    /// Scheme, host and port without trailing slash; left out where only this machine reaches it.
    pub url: Option<String>,
    pub trusted_proxies: Vec<Network>,
    pub tls: Option<TlsConfiguration>,
    pub connections: ListenerOptions,
    /// For every next piece of a call's body.
    pub body_patience: Duration,
    /// What `Strict-Transport-Security` says in answers that go by https.
    pub strict_transport: HeaderValue,
}

impl ServerConfiguration {
    /// How it is reached when it listens on `bound`.
    pub fn origin(&self, bound: SocketAddr) -> String {
        self.url.clone().unwrap_or_else(|| format!("http://{bound}"))
    }
}

impl ServerSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<ServerConfiguration> {
        let listen = addresses(&self.listen, check);
        let trusted_proxies = networks(&self.trusted_proxies, check);
        let has_proxies = !self.trusted_proxies.is_empty();
        let is_encrypted = self.tls.is_some() || has_proxies;
        let remote = listen.iter().flatten().find(|address| !address.ip().is_loopback());
        if let Some(address) = remote.filter(|_| !is_encrypted) {
            let cure = "set [server.tls], or name the proxy that does TLS in `trusted_proxies`, or listen on 127.0.0.1";
            let message =
                format!("on {address} passwords and tokens would cross the network in clear: {cure}");
            check.wrong("server.listen", message);
        }
        let url = match &self.url {
            Some(text) => url(text, self.tls.is_some(), has_proxies, check).map(Some),
            None if is_encrypted => {
                let message = "`url` is missing: write how people reach this server, such as \"https://api.example.com\"";
                check.wrong("server", message);
                None
            }
            None => Some(None),
        };
        let tls = self.tls.map(|tls| tls.typed(check));
        let limits = self.limits.typed(check);
        // RFC 6797 §6.1. Of subdomains and preload lists an operator says nothing by accident.
        let strict_transport = HeaderValue::from_str(&format!("max-age={}", self.hsts_seconds)).ok();
        let (Limits { options, body_patience }, proxies) = (limits?, trusted_proxies?);
        Some(ServerConfiguration {
            listen: listen?,
            url: url?,
            tls: match tls {
                Some(tls) => Some(tls?),
                None => None,
            },
            connections: ListenerOptions {
                proxies: proxies.clone(),
                strict_transport: strict_transport.clone(),
                ..options
            },
            body_patience,
            strict_transport: strict_transport?,
            trusted_proxies: proxies,
        })
    }
}

fn addresses(listen: &[String], check: &mut Check<'_>) -> Option<Vec<SocketAddr>> {
    if listen.is_empty() {
        check.wrong("server.listen", "`listen` is empty: write at least one, such as \"127.0.0.1:8080\"");
        return None;
    }
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for (at, text) in listen.iter().enumerate() {
        let place = format!("server.listen.{at}");
        let Some(address) = parse_address(text, &place, check) else { continue };
        if address.port() != 0 && addresses.contains(&address) {
            check.wrong(&place, format!("{address} is written twice: leave out one of them"));
        }
        addresses.push(address);
    }
    (addresses.len() == listen.len()).then_some(addresses)
}

pub(super) fn parse_address(text: &str, place: &str, check: &mut Check<'_>) -> Option<SocketAddr> {
    let message = format!(
        "\"{text}\" is not an address with a port: write one such as \"127.0.0.1:8080\" or \"[::1]:8080\""
    );
    check.needed(text.parse().ok(), place, message)
}

fn networks(texts: &[String], check: &mut Check<'_>) -> Option<Vec<Network>> {
    let mut networks = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let message = match Network::parse(text) {
            Ok(network) if !network.is_everyone() => {
                networks.push(network);
                continue;
            }
            Ok(_) => format!("with {text} anyone could say who they are: list the proxies alone"),
            Err(NotANetwork::Bits(meant)) => {
                format!("\"{text}\" has an address inside its network: did you mean \"{meant}\"?")
            }
            Err(NotANetwork::Form) => {
                format!(
                    "\"{text}\" is neither an address nor a network: write one such as \"10.0.0.7\" or \"10.0.0.0/8\""
                )
            }
        };
        check.wrong(&format!("server.trusted_proxies.{at}"), message);
    }
    (networks.len() == texts.len()).then_some(networks)
}

fn url(text: &str, has_tls: bool, has_proxies: bool, check: &mut Check<'_>) -> Option<String> {
    const EXAMPLE: &str = "write scheme, host and perhaps port alone, such as \"https://api.example.com\"";
    let mut wrong = |message: String| check.wrong("server.url", message);
    let parsed = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some((url, host)) = parsed.as_ref().and_then(|url| Some((url, url.host()?))) else {
        wrong(format!("\"{text}\" is not a web address: {EXAMPLE}"));
        return None;
    };
    let origin = url.origin().ascii_serialization();
    if url.as_str().trim_end_matches('/') != origin {
        wrong(format!("`url` has more in it than {origin}: {EXAMPLE}"));
        return None;
    }
    let is_https = url.scheme() == "https";
    if !is_https && has_tls {
        wrong(format!(
            "with [server.tls] it is reached by https: write \"{}\"",
            origin.replacen("http", "https", 1)
        ));
        return None;
    }
    if !is_https && !is_loopback(&host) {
        let https = origin.replacen("http", "https", 1);
        wrong(format!(
            "by {origin} passwords and tokens would cross the network in clear: write \"{https}\""
        ));
        return None;
    }
    if is_https && !has_tls && !has_proxies {
        let cure = "set [server.tls], or name the proxy that does TLS in `trusted_proxies`";
        wrong(format!("nothing here speaks https: {cure}"));
        return None;
    }
    Some(origin)
}

pub(super) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}
