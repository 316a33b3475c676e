//! Requests to providers: pooled connections, TLS, no redirects followed.

use std::time::Duration;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::body::Body;
use super::error::BrokerError;
use crate::http_client::chain;
use crate::provider::BaseUrl;

const CONNECT_SECONDS: u64 = 10;
const IDLE_SECONDS: u64 = 60;

/// Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub(super) struct Upstream(Client<HttpsConnector<HttpConnector>, Body>);

impl Upstream {
    pub(super) fn new() -> Result<Self, BrokerError> {
        let mut plain = HttpConnector::new();
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(Duration::from_secs(CONNECT_SECONDS)));
        // Plain http goes no further than loopback: a base URL has nothing else.
        plain.enforce_http(false);
        let tls = HttpsConnectorBuilder::new().try_with_platform_verifier();
        let tls = tls.map_err(|error| BrokerError::Tls(chain(&error)))?;
        let connector = tls.https_or_http().enable_http1().wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS))
            .build(connector);
        Ok(Self(client))
    }

    /// Sends `request`, whose URI is absolute; returns when the answer's head is there.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Error> {
        self.0.request(request).await
    }
}

/// What stands before an API's paths, in the parts a request is made of.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// Of the base's path, without a trailing slash.
    prefix: String,
    /// `Host`.
    pub(super) host: HeaderValue,
}

impl Origin {
    pub(super) fn of(base: &BaseUrl) -> Option<Self> {
        let parts = base.to_string().parse::<Uri>().ok()?.into_parts();
        let authority = parts.authority?;
        let prefix =
            parts.path_and_query.map_or(String::new(), |path| path.path().trim_end_matches('/').to_owned());
        let host = HeaderValue::from_str(authority.as_str()).ok()?;
        Some(Self { scheme: parts.scheme?, authority, prefix, host })
    }

    /// The address of `path`, which begins with `/`. The host is never anything of the caller's.
    pub(super) fn join(&self, path: &str, query: Option<&str>) -> Option<Uri> {
        let mut whole =
            String::with_capacity(self.prefix.len() + path.len() + query.map_or(0, |query| query.len() + 1));
        whole.push_str(&self.prefix);
        whole.push_str(path);
        if let Some(query) = query {
            whole.push('?');
            whole.push_str(query);
        }
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
        Uri::from_parts(parts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_bases_own() {
        let origin = |base| Origin::of(&BaseUrl::parse(base).unwrap()).unwrap();
        let joined = |base, path, query| origin(base).join(path, query).unwrap().to_string();
        assert_eq!(joined("https://api.example", "/v1/me", None), "https://api.example/v1/me");
        assert_eq!(
            joined("http://127.0.0.1:1/spotify/", "/", Some("q=1")),
            "http://127.0.0.1:1/spotify/?q=1"
        );
        assert_eq!(
            joined("https://api.example", "//evil.example/x", None),
            "https://api.example//evil.example/x"
        );
        assert_eq!(
            joined("https://api.example", "/@evil.example", None),
            "https://api.example/@evil.example"
        );
        assert_eq!(origin("http://127.0.0.1:81/x").host, "127.0.0.1:81");
    }
}
