//! Which header fields pass. What belongs to one connection stays there; who the caller is and how they reached us, we say.

use axum::http::header::{EXPECT, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use stagedoor_wire::hop_by_hop;

use crate::listen::ClientAddress;

const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// What nginx and others say instead of it.
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// How callers reach the API.
pub(super) struct Public {
    scheme: HeaderValue,
    host: HeaderValue,
}

impl Public {
    /// `None`: it is no origin.
    pub(super) fn of(origin: &str) -> Option<Self> {
        let (scheme, host) = origin.split_once("://")?;
        Some(Self { scheme: scheme.parse().ok()?, host: host.parse().ok()? })
    }
}

/// Leaves what may go to the upstream, and says how the call came here. The connection adds `Host`.
pub(super) fn outgoing(headers: &mut HeaderMap, public: &Public, caller: Option<ClientAddress>) {
    hop_by_hop::remove(headers);
    for name in [EXPECT, HOST, FORWARDED, FORWARDED_FOR, REAL_IP] {
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
            "x-real-ip: 1.2.3.4",
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
}
