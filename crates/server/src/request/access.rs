//! The access log: one line a request, where the configuration wants it. Codes, tokens and people's answers travel in
//! queries, headers and bodies: none of these is in it.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use stagedoor_protocol::opaque::PREFIXES;

use crate::listen::address;

/// Longest path that is written out, in bytes.
const LONGEST_PATH: usize = 256;

/// How a JWT begins: `{"` in base64url.
const JWT: &str = "eyJ";

/// What was asked.
pub(crate) struct Asked {
    method: Method,
    path: String,
    from: IpAddr,
}

impl Asked {
    pub(crate) fn of(request: &Request<Body>) -> Self {
        let path = shown(request.uri().path());
        Self { method: request.method().clone(), path, from: address(request.extensions()) }
    }

    /// Logs the answer. `api` and `endpoint` say where the request led.
    pub(crate) fn answered(&self, api: &str, endpoint: &str, status: StatusCode, took: Duration) {
        let Self { method, path, from } = self;
        let status = status.as_u16();
        let took_micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(
            target: "stagedoor::access", %method, path, status, took_micros, api, endpoint, %from, "answered"
        );
    }
}

/// A path without what somebody may have put into it by mistake.
fn shown(path: &str) -> String {
    let mut end = path.len().min(LONGEST_PATH);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    let is_secret = |segment: &str| {
        // `sds%5f` is `sds_` to whoever reads the line (RFC 3986 §2.1).
        let read = percent_decode_str(segment).decode_utf8_lossy();
        PREFIXES.iter().chain([&JWT]).any(|prefix| read.contains(prefix))
    };
    let segments = path[..end].split('/').map(|segment| if is_secret(segment) { "…" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_without_secrets() {
        assert_eq!(shown("/v1/artists/7"), "/v1/artists/7");
        assert_eq!(shown("/v1/sda_AbC/x"), "/v1/…/x");
        assert_eq!(shown("/token=sdr_AbC/eyJhbGciOiJFZERTQSJ9.x.y"), "/…/…");
        assert_eq!(shown("/v1/sds%5fAbC/%73d%61%5FAbC/%65yJhbGci/a%5fb"), "/v1/…/…/…/a%5fb");
        let long = format!("/{}", "é".repeat(LONGEST_PATH));
        assert_eq!(shown(&long).len(), LONGEST_PATH - 1);
    }
}
