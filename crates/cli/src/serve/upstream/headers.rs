//! Which header fields pass. What belongs to one connection stays there; who the caller is and how they reached us, we say.

use anyhow::Context;
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use stagedoor_server::listen::ClientAddress;

/// RFC 9110 §7.6.1, and what older software sends.
const ONE_CONNECTION: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// How callers reach the API.
pub(super) struct Public {
    scheme: HeaderValue,
    host: HeaderValue,
}

impl Public {
    pub(super) fn of(origin: &str) -> anyhow::Result<Self> {
        let (scheme, host) = origin.split_once("://").context("an origin has a scheme")?;
        Ok(Self { scheme: scheme.parse()?, host: host.parse()? })
    }
}

/// Leaves what may go to the upstream, and says how the call came here. The connection adds `Host`.
pub(super) fn outgoing(headers: &mut HeaderMap, public: &Public, caller: Option<ClientAddress>) {
    drop_one_connections(headers);
    for name in [EXPECT, HOST, FORWARDED, FORWARDED_FOR] {
        headers.remove(name);
    }
    if let Some(address) =
        caller.and_then(|ClientAddress(address)| address.to_canonical().to_string().parse().ok())
    {
        headers.insert(FORWARDED_FOR, address);
    }
    headers.insert(FORWARDED_PROTO, public.scheme.clone());
    headers.insert(FORWARDED_HOST, public.host.clone());
}

/// Leaves what may go to the caller.
pub(super) fn returning(headers: &mut HeaderMap) {
    drop_one_connections(headers);
}

fn drop_one_connections(headers: &mut HeaderMap) {
    let lines = headers.get_all(CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    let named: Vec<HeaderName> =
        lines.flat_map(|line| line.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
    // RFC 9112 §6.3: it counts for nothing beside a transfer coding, and must not count for the next one who reads it.
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
    }
    for name in named.iter().chain(&ONE_CONNECTION) {
        // A caller must not take away what we say of them.
        if !name.as_str().starts_with("x-stagedoor-") && name != CONTENT_LENGTH {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let pair = |line: &&str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        };
        lines.iter().map(pair).collect()
    }

    fn lines(headers: &HeaderMap) -> Vec<String> {
        let shown =
            |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
        let mut lines: Vec<_> = headers.iter().map(shown).collect();
        lines.sort();
        lines
    }

    #[test]
    fn to_the_upstream() {
        let mut sent = headers(&[
            "host: api.example.com",
            "accept: text/csv",
            "connection: keep-alive, X-Hop, x-stagedoor-app",
            "x-hop: 1",
            "keep-alive: timeout=5",
            "te: trailers",
            "transfer-encoding: chunked",
            "content-length: 3",
            "upgrade: websocket",
            "expect: 100-continue",
            "forwarded: for=1.2.3.4",
            "x-forwarded-for: 1.2.3.4",
            "x-forwarded-for: 5.6.7.8",
            "x-forwarded-proto: http",
            "x-forwarded-host: evil.example",
            "x-stagedoor-app: mine",
        ]);
        let caller = ClientAddress("203.0.113.9".parse().unwrap());
        outgoing(&mut sent, &Public::of("https://api.example.com").unwrap(), Some(caller));
        let passed = [
            "accept: text/csv",
            "x-forwarded-for: 203.0.113.9",
            "x-forwarded-host: api.example.com",
            "x-forwarded-proto: https",
            "x-stagedoor-app: mine",
        ];
        assert_eq!(lines(&sent), passed);
    }

    #[test]
    fn to_the_caller() {
        let mut answered =
            headers(&["content-length: 3", "connection: close, x-hop", "x-hop: 1", "etag: \"1\""]);
        returning(&mut answered);
        assert_eq!(lines(&answered), ["content-length: 3", "etag: \"1\""]);
    }
}
