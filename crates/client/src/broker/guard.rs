//! Who may not ask: web pages. A page in a browser can make requests to this machine, so whatever bears the marks of one
//! is refused, and so is a `Host` that is not this machine's (DNS rebinding).

use http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use http::{Method, Uri};

use super::refusal::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a browser sent, what was meant for another host, and methods that would tell the token.
pub(super) fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    // TRACE has the request repeated (RFC 9110 §9.3.8), token included; CONNECT has no path.
    if matches!(*method, Method::TRACE | Method::CONNECT) {
        return Err(Refusal::Method);
    }
    if headers.contains_key(ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        return Err(Refusal::Browser);
    }
    let mut hosts = headers.get_all(HOST).iter();
    let named_once = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_this_machine),
        _ => false,
    };
    // RFC 9112 §3.2.2: an address in the request line counts for more than `Host`.
    let addressed = uri.authority().is_none_or(|authority| is_this_machine(authority.as_str()));
    if named_once && addressed { Ok(()) } else { Err(Refusal::Host) }
}

/// Whether `host`, with or without a port, is a name of this machine's own.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some((_, "")) => return false,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(headers: &[(&'static str, &str)]) -> Result<(), Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        check(&Method::GET, &Uri::from_static("/spotify/v1/me"), &map)
    }

    #[test]
    fn hosts() {
        for good in ["localhost", "LOCALHOST:80", "127.0.0.1:9", "127.0.0.1", "[::1]", "[::1]:8080"] {
            assert!(checked(&[("host", good)]).is_ok(), "{good}");
        }
        let bad = [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io:80",
            "localhost:x",
            "localhost:",
            "::1",
        ];
        for bad in bad {
            assert!(matches!(checked(&[("host", bad)]), Err(Refusal::Host)), "{bad}");
        }
        assert!(matches!(checked(&[]), Err(Refusal::Host)));
        assert!(matches!(checked(&[("host", "localhost"), ("host", "evil.example")]), Err(Refusal::Host)));
    }

    #[test]
    fn an_address_in_the_request_line() {
        let headers = HeaderMap::from_iter([(HOST, "localhost".parse().unwrap())]);
        for (uri, good) in [("http://127.0.0.1:1/x", true), ("http://evil.example/x", false)] {
            let checked = check(&Method::GET, &Uri::from_static(uri), &headers);
            assert_eq!(checked.is_ok(), good, "{uri}");
        }
    }

    #[test]
    fn browsers_and_methods_that_tell_the_token() {
        for mark in [("origin", "http://localhost"), ("origin", "null"), ("sec-fetch-site", "same-origin")] {
            assert!(matches!(checked(&[("host", "localhost"), mark]), Err(Refusal::Browser)), "{mark:?}");
        }
        let headers = HeaderMap::from_iter([(HOST, "localhost".parse().unwrap())]);
        for method in [Method::TRACE, Method::CONNECT] {
            let checked = check(&method, &Uri::from_static("/spotify/v1/me"), &headers);
            assert!(matches!(checked, Err(Refusal::Method)), "{method}");
        }
    }
}
