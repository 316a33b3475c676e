//! Whether a request names this machine as the one it is for.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::header;

/// Whether the request names this machine, once and by a loopback name: a page elsewhere whose name was made to point here
/// does not (DNS rebinding).
pub(crate) fn names_this_machine<T>(request: &Request<T>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let in_target = request.uri().authority();
    host.to_str().is_ok_and(is_loopback) && in_target.is_none_or(|own| is_loopback(own.as_str()))
}

/// Whether this is a loopback address or `localhost`, with a port or without (RFC 3986 §3.2.2).
pub(crate) fn is_loopback(host: &str) -> bool {
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(address) = host.strip_prefix('[') {
        let Some((address, rest)) = address.split_once(']') else { return false };
        let port = if rest.is_empty() { Some("") } else { rest.strip_prefix(':') };
        return port.is_some_and(is_port)
            && address.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback());
    }
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let is_address = || name.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
    is_port(port) && (name.eq_ignore_ascii_case("localhost") || is_address())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request<()> {
        let start = Request::builder().uri("/");
        headers.iter().fold(start, |request, (name, value)| request.header(*name, *value)).body(()).unwrap()
    }

    #[test]
    fn hosts() {
        let own = [
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.8.9.1:1",
            "localhost",
            "LocalHost:80",
            "[::1]",
            "[::1]:8080",
        ];
        for host in own {
            assert!(names_this_machine(&request(&[("host", host)])), "{host}");
        }
        let others = [
            "",
            ":80",
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "192.0.2.1",
            "0.0.0.0",
            "[[127.0.0.1",
            "[127.0.0.1]",
            "[::1",
            "::1",
            "[::1]x",
            "[::1]80",
            "[::2]",
            "127.0.0.1:80:80",
            "127.0.0.1:x",
            "a@127.0.0.1",
            "127.0.0.1, evil.example",
            "127.1",
            "localhost.",
        ];
        for host in others {
            assert!(!names_this_machine(&request(&[("host", host)])), "{host}");
        }
        assert!(!names_this_machine(&request(&[])), "none");
        assert!(!names_this_machine(&request(&[("host", "127.0.0.1"), ("host", "evil.example")])), "two");
        let target = Request::builder().uri("http://evil.example/").header("host", "127.0.0.1").body(());
        assert!(!names_this_machine(&target.unwrap()), "in the target");
    }
}
