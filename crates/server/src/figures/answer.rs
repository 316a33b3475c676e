//! `/metrics`. Where it has no listener of its own, only this machine may read it: a server that the world reaches must not
//! show the world its figures.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::{CONTENT_TYPE, scrape};
use crate::Server;
use crate::browser::plain;
use crate::health::only_get;
use crate::listen::{TrustedProxy, address, names_this_machine};

const PATH: &str = "/metrics";

const NOT_YOU: &str = "The figures are given to this machine alone here. \
    To collect them from elsewhere, or behind a proxy, give them a listener of their own: [metrics] `listen`.\n";

/// What a proxy adds: whoever it speaks for need not be on this machine.
const FROM_A_PROXY: [HeaderName; 6] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// On the listener of the APIs; `None` at another path, and where the figures have a listener of their own.
pub(crate) async fn beside_apis(server: &Server, request: &Request<()>) -> Option<Response> {
    if request.uri().path() != PATH || server.insight.own_listener {
        return None;
    }
    if !is_local(request) {
        return Some(plain(StatusCode::FORBIDDEN, NOT_YOU));
    }
    Some(answer(server, request.method()).await)
}

/// On their own listener; `None` at another path. Who reaches that may read them.
pub(crate) async fn alone(server: &Server, request: &Request<()>) -> Option<Response> {
    if request.uri().path() != PATH {
        return None;
    }
    Some(answer(server, request.method()).await)
}

async fn answer(server: &Server, method: &Method) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return only_get();
    }
    let mut response = plain(StatusCode::OK, scrape(server).await);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn is_local(request: &Request<()>) -> bool {
    let passed_on = |headers: &HeaderMap| FROM_A_PROXY.iter().any(|name| headers.contains_key(name));
    let (extensions, headers) = (request.extensions(), request.headers());
    address(extensions).to_canonical().is_loopback()
        && extensions.get::<TrustedProxy>().is_none()
        && !passed_on(headers)
        && names_this_machine(request)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::listen::ClientAddress;

    fn request(from: &str, headers: &[(&str, &str)]) -> Request<()> {
        let start = Request::builder().uri("/metrics").header("host", "127.0.0.1:8080");
        let built = headers.iter().fold(start, |request, (name, value)| request.header(*name, *value));
        let mut request = built.body(()).unwrap();
        request.extensions_mut().insert(ClientAddress(from.parse::<IpAddr>().unwrap()));
        request
    }

    #[test]
    fn this_machine_alone() {
        for from in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(is_local(&request(from, &[])), "{from}");
        }
        for from in ["192.0.2.1", "10.0.0.1", "2001:db8::1"] {
            assert!(!is_local(&request(from, &[])), "{from}");
        }
        for name in FROM_A_PROXY {
            assert!(!is_local(&request("127.0.0.1", &[(name.as_str(), "x")])), "{name}");
        }
        let mut by_proxy = request("127.0.0.1", &[]);
        by_proxy.extensions_mut().insert(TrustedProxy);
        assert!(!is_local(&by_proxy));
        // A page elsewhere whose name was made to point here.
        let mut rebound = request("127.0.0.1", &[]);
        rebound.headers_mut().insert(header::HOST, HeaderValue::from_static("evil.example"));
        assert!(!is_local(&rebound));
    }
}
