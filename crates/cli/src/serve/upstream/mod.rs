//! Calls that passed go to an API over HTTP: pooled connections, both bodies streamed, nothing waited for without end.
//! Who calls is in `X-Stagedoor-*` already, and what authenticated them is gone.

mod body;
mod connections;
mod headers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use stagedoor_server::config::ApiConfiguration;
use stagedoor_server::listen::ClientAddress;
use stagedoor_wire::Dialect;
use stagedoor_wire::api_error::{ApiError, ApiErrorKind};

use body::{Answered, Sent};
pub(super) use connections::Connections;
use headers::Public;

/// One API's upstream.
pub(super) struct Upstream {
    api: String,
    dialect: Dialect,
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
enum Fault {
    TooLarge,
    Unreachable(String),
    TooSlow,
}

impl Upstream {
    /// `origin` is how callers reach the API.
    pub(super) fn new(
        api: &ApiConfiguration,
        origin: &str,
        connections: Connections,
    ) -> anyhow::Result<Self> {
        let url: Uri = api.upstream.url.as_str().parse().context("`upstream` is not an address")?;
        let parts = url.into_parts();
        Ok(Self {
            api: api.name.clone(),
            dialect: api.dialect.clone(),
            connections,
            scheme: parts.scheme.context("`upstream` has no scheme")?,
            authority: parts.authority.context("`upstream` has no host")?,
            prefix: api.upstream.url.path().trim_end_matches('/').to_owned(),
            patience: api.upstream.patience,
            body_bytes: api.upstream.body_bytes,
            public: Public::of(origin)?,
        })
    }

    /// As a service that answers everything.
    pub(super) fn into_router(self) -> Router {
        let upstream = Arc::new(self);
        Router::new().fallback(move |request: Request| {
            let upstream = upstream.clone();
            async move { upstream.answer(request).await }
        })
    }

    async fn answer(&self, request: Request) -> Response {
        match self.call(request).await {
            Ok(response) => response,
            Err(fault) => self.explain(&fault),
        }
    }

    async fn call(&self, request: Request) -> Result<Response, Fault> {
        if request.body().size_hint().lower() > self.body_bytes {
            return Err(Fault::TooLarge);
        }
        let (mut parts, body) = request.into_parts();
        let caller = parts.extensions.get::<ClientAddress>().copied();
        headers::outgoing(&mut parts.headers, &self.public, caller);
        let uri =
            self.uri(&parts.uri).ok_or_else(|| Fault::Unreachable("the path cannot be joined".to_owned()))?;
        let watch = Arc::new(body::Watch::default());
        let mut sent = axum::http::Request::new(Sent::new(body, self.body_bytes, watch.clone()));
        (*sent.method_mut(), *sent.uri_mut(), *sent.headers_mut()) = (parts.method, uri, parts.headers);
        let answered = self.wait(self.connections.send(sent), &watch.moved).await?;
        match answered {
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
                Err(_) => return Err(Fault::TooSlow),
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

    fn returned(&self, response: axum::http::Response<Incoming>) -> Response {
        let (parts, body) = response.into_parts();
        let mut returned = Response::new(Body::new(Answered::new(body, self.patience)));
        (*returned.status_mut(), *returned.headers_mut()) = (parts.status, parts.headers);
        headers::returning(returned.headers_mut());
        returned
    }

    /// In the dialect's words; what went wrong is for the log alone.
    fn explain(&self, fault: &Fault) -> Response {
        let status = match fault {
            // No provider is known to have words for it; the status says it all (RFC 9110 §15.5.14).
            Fault::TooLarge => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                return response;
            }
            Fault::Unreachable(error) => {
                tracing::warn!(api = self.api, error, "the upstream cannot be reached");
                StatusCode::BAD_GATEWAY
            }
            Fault::TooSlow => {
                tracing::warn!(
                    api = self.api,
                    patience_seconds = self.patience.as_secs(),
                    "the upstream does not answer"
                );
                StatusCode::GATEWAY_TIMEOUT
            }
        };
        let error = ApiError::spell(&self.dialect, ApiErrorKind::Unavailable, "");
        let mut response = Response::new(Body::from(error.body));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
