//! Header fields that belong to one connection and stay there (RFC 9110 §7.6.1).

use http::header::{
    CONNECTION, CONTENT_LENGTH, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE,
};
use http::{HeaderMap, HeaderName};

/// Those of the RFC, and what older software sends.
const ALWAYS: [HeaderName; 9] = [
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
/// What a gateway says of the caller.
const OWN: &str = "x-stagedoor-";

/// Removes them, and those that `Connection` names. What a caller names there does not take away what a gateway says of
/// them.
pub fn remove(headers: &mut HeaderMap) {
    let lines = headers.get_all(CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    let named: Vec<HeaderName> =
        lines.flat_map(|line| line.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
    // RFC 9112 §6.3: it counts for nothing beside a transfer coding, and must not count for the next one who reads it.
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
    }
    for name in named.iter().chain(&ALWAYS) {
        if !name.as_str().starts_with(OWN) && name != CONTENT_LENGTH {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn what_stays_and_what_goes() {
        // what came, and the names of what goes on
        let cases = [
            ("accept: */*|te: trailers|upgrade: websocket", "accept"),
            ("connection: close, X-Hop|x-hop: 1|etag: 1", "etag"),
            ("connection: x-stagedoor-app|x-stagedoor-app: 1", "x-stagedoor-app"),
            ("connection: content-length|content-length: 3", "content-length"),
            ("transfer-encoding: chunked|content-length: 3", ""),
        ];
        for (came, goes) in cases {
            let pair = |line: &'static str| {
                let (name, value) = line.split_once(": ").unwrap();
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            let mut headers: HeaderMap = came.split('|').map(pair).collect();
            remove(&mut headers);
            let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
            assert_eq!(left.join("|"), goes, "{came}");
        }
    }
}
