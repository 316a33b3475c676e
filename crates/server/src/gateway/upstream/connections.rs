//! Connections to upstreams, kept and used again.

use std::error::Error as _;
use std::time::Duration;

use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::sent::Sent;

const CONNECT_SECONDS: u64 = 5;
const IDLE_SECONDS: u64 = 60;

/// There is nothing to check an upstream's certificate by.
#[derive(Debug, thiserror::Error)]
#[error("https upstreams cannot be reached: {0}; see that the system's certificates are installed")]
pub struct NoCertificates(String);

/// Cheap to clone; clones share their connections.
#[derive(Clone)]
pub(crate) enum Connections {
    Plain(Client<HttpConnector, Sent>),
    /// http and https.
    Tls(Client<HttpsConnector<HttpConnector>, Sent>),
}

impl Connections {
    /// `tls`: whether any upstream is reached by https; the system's certificates are needed for it alone.
    pub(crate) fn new(tls: bool) -> Result<Self, NoCertificates> {
        let mut plain = HttpConnector::new();
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(Duration::from_secs(CONNECT_SECONDS)));
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(IDLE_SECONDS));
        if !tls {
            return Ok(Self::Plain(builder.build(plain)));
        }
        plain.enforce_http(false);
        let verifier = HttpsConnectorBuilder::new().try_with_platform_verifier();
        let verifier = verifier.map_err(|error| NoCertificates(error.to_string()))?;
        let connector = verifier.https_or_http().enable_http1().wrap_connector(plain);
        Ok(Self::Tls(builder.build(connector)))
    }

    /// Whether https is among what they reach.
    pub(crate) fn do_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Sends `request`, whose URI is absolute; returns when the answer's head is there. An error is its words.
    pub(super) async fn send(&self, request: Request<Sent>) -> Result<Response<Incoming>, String> {
        let answered = match self {
            Self::Plain(client) => client.request(request).await,
            Self::Tls(client) => client.request(request).await,
        };
        answered.map_err(|error| match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })
    }
}
