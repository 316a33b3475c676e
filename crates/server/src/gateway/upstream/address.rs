//! An API at an address: pooled connections, both bodies streamed, nothing waited for without end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use stagedoor_wire::hop_by_hop;

use super::connections::Connections;
use super::headers::{self, Public};
use super::sent::{Sent, Watch};
use crate::config;
use crate::gateway::body::Patient;
use crate::listen::ClientAddress;

/// Where an API is.
pub struct Address {
    connections: Connections,
    scheme: Scheme,
    authority: Authority,
    /// Stands before every path; without trailing slash.
    prefix: String,
    patience: Duration,
    body_bytes: u64,
    public: Public,
}

/// Why there is no answer of the API's.
#[derive(Debug)]
pub(crate) enum Fault {
    TooLarge,
    /// In the words of what went wrong.
    Unreachable(String),
    /// So long it was waited for.
    TooSlow(Duration),
}

impl Address {
    /// The address that is configured; `origin` is how callers reach the API. `None`: it cannot be called.
    pub(crate) fn new(configured: &config::Upstream, origin: &str, connections: Connections) -> Option<Self> {
        let url: Uri = configured.url.as_str().parse().ok()?;
        let parts = url.into_parts();
        Some(Self {
            connections,
            scheme: parts.scheme?,
            authority: parts.authority?,
            prefix: configured.url.path().trim_end_matches('/').to_owned(),
            patience: configured.patience,
            body_bytes: configured.body_bytes,
            public: Public::of(origin)?,
        })
    }

    /// Calls the API.
    pub(super) async fn call(&self, request: Request) -> Result<Response, Fault> {
        if request.body().size_hint().lower() > self.body_bytes {
            return Err(Fault::TooLarge);
        }
        let (mut parts, body) = request.into_parts();
        let caller = parts.extensions.get::<ClientAddress>().copied();
        headers::outgoing(&mut parts.headers, &self.public, caller);
        let uri = self.uri(&parts.uri);
        let uri = uri.ok_or_else(|| Fault::Unreachable("the path cannot be joined".to_owned()))?;
        let watch = Arc::new(Watch::default());
        let mut sent = http::Request::new(Sent::new(body, self.body_bytes, watch.clone()));
        (*sent.method_mut(), *sent.uri_mut(), *sent.headers_mut()) = (parts.method, uri, parts.headers);
        let answered = self.wait(self.connections.send(sent), &watch.moved).await?;
        match answered {
            // RFC 9110 §15.2.2: nobody asked for it, and what follows is no HTTP.
            Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                Err(Fault::Unreachable("it switched protocols unasked".to_owned()))
            }
            Ok(response) => Ok(self.returned(response)),
            Err(_) if watch.too_large.load(Ordering::Relaxed) => Err(Fault::TooLarge),
            Err(error) => Err(Fault::Unreachable(error)),
        }
    }

    /// The answer's head is waited for so long, from the last piece of the call's body on.
    async fn wait<T>(&self, answered: impl Future<Output = T>, moved: &AtomicBool) -> Result<T, Fault> {
        let mut answered = std::pin::pin!(answered);
        loop {
            match tokio::time::timeout(self.patience, &mut answered).await {
                Ok(answered) => return Ok(answered),
                Err(_) if moved.swap(false, Ordering::Relaxed) => {}
                Err(_) => return Err(Fault::TooSlow(self.patience)),
            }
        }
    }

    fn uri(&self, local: &Uri) -> Option<Uri> {
        let path = local.path_and_query().map_or("/", PathAndQuery::as_str);
        let mut parts = Parts::default();
        (parts.scheme, parts.authority) = (Some(self.scheme.clone()), Some(self.authority.clone()));
        parts.path_and_query = Some(PathAndQuery::try_from([&self.prefix, path].concat()).ok()?);
        Uri::from_parts(parts).ok()
    }

    fn returned(&self, response: http::Response<Incoming>) -> Response {
        let (parts, body) = response.into_parts();
        let mut returned = Response::new(Body::new(Patient::new(body, self.patience)));
        (*returned.status_mut(), *returned.headers_mut()) = (parts.status, parts.headers);
        hop_by_hop::remove(returned.headers_mut());
        returned
    }
}
