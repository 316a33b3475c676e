//! Which header fields pass. What belongs to one connection stays there, and what says who somebody is never passes: not
//! the caller's to the provider, not the provider's to the caller.

use http::header::{
    ALT_SVC, AUTHORIZATION, COOKIE, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, SET_COOKIE,
};
use stagedoor_wire::dialect::LegacyKeys;
use stagedoor_wire::hop_by_hop;

/// Another method than the one an allow-list was asked about.
const OTHER_METHOD: [HeaderName; 3] = [
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-method-override"),
];
/// Another path than that.
const OTHER_PATH: [HeaderName; 2] =
    [HeaderName::from_static("x-original-url"), HeaderName::from_static("x-rewrite-url")];
/// Ours, the phantom token among them.
const OWN: &str = "x-stagedoor-";
/// The broker lets no page of another origin read anything.
const CORS: &str = "access-control-";

/// Leaves what may go to the provider, whose host is `host`.
pub(super) fn outgoing(headers: &mut HeaderMap, host: &HeaderValue, legacy: Option<&LegacyKeys>) {
    hop_by_hop::remove(headers);
    for name in OTHER_METHOD.iter().chain(&OTHER_PATH).chain(&[AUTHORIZATION, COOKIE, EXPECT]) {
        headers.remove(name);
    }
    if let Some(legacy) = legacy {
        headers.remove(&legacy.id_header);
        headers.remove(&legacy.key_header);
    }
    // Where a gateway takes `_` for `-`, such a name is another spelling of one that does not pass.
    drop_where(headers, |name| name.starts_with(OWN) || name.contains('_'));
    headers.insert(HOST, host.clone());
}

/// Leaves what may go to the caller. Cookies do not: applications that share a credential would share a session, and
/// `Cookie` does not pass the other way.
pub(super) fn returning(headers: &mut HeaderMap) {
    hop_by_hop::remove(headers);
    headers.remove(SET_COOKIE);
    // The provider's other addresses are not the broker's.
    headers.remove(ALT_SVC);
    drop_where(headers, |name| name.starts_with(CORS) || name.starts_with(OWN));
}

fn drop_where(headers: &mut HeaderMap, is_dropped: impl Fn(&str) -> bool) {
    let found: Vec<HeaderName> = headers.keys().filter(|name| is_dropped(name.as_str())).cloned().collect();
    for name in found {
        headers.remove(name);
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
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn to_the_provider() {
        let mut sent = headers(&[
            "host: localhost",
            "accept: text/csv",
            "authorization: Bearer mine",
            "cookie: a=b",
            "connection: keep-alive, X-Hop",
            "x-hop: 1",
            "keep-alive: timeout=5",
            "te: trailers",
            "transfer-encoding: chunked",
            "content-length: 3",
            "upgrade: websocket",
            "expect: 100-continue",
            "x-stagedoor-key: phantom",
            "x-stagedoor-fault: 500",
            "x-http-method-override: DELETE",
            "x-original-url: /admin",
            "x-rewrite-url: /admin",
            "x_original_url: /admin",
            "x_stagedoor_key: phantom",
            "x-app-id: mine",
            "x-api-key: mine",
        ]);
        let legacy = LegacyKeys { id_header: "x-app-id".into(), key_header: "x-api-key".into() };
        outgoing(&mut sent, &HeaderValue::from_static("api.example"), Some(&legacy));
        assert_eq!(lines(&sent), ["accept: text/csv", "host: api.example"]);
    }

    #[test]
    fn to_the_caller() {
        let mut answered = headers(&[
            "content-type: application/json",
            "retry-after: 3",
            "location: https://elsewhere.example/",
            "set-cookie: session=1",
            "set-cookie: other=2",
            "access-control-allow-origin: *",
            "access-control-expose-headers: x",
            "alt-svc: h3=\":443\"",
            "connection: close",
            "transfer-encoding: chunked",
        ]);
        returning(&mut answered);
        let passed =
            ["content-type: application/json", "location: https://elsewhere.example/", "retry-after: 3"];
        assert_eq!(lines(&answered), passed);
    }
}
