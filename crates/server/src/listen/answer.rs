//! One request of a connection, handed to what answers it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};

use super::{ClientAddress, CloseWithoutAnswer, Handler};
use crate::request::{self, RequestId};

/// The answer was withheld on purpose.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
pub(super) struct Closed;

/// What answers the requests of a connection.
pub(super) trait Answers:
    Service<Request<Incoming>, Response = Response, Error = Closed, Future: Send + 'static> + Send + 'static
{
}

impl<S> Answers for S where
    S: Service<Request<Incoming>, Response = Response, Error = Closed, Future: Send + 'static>
        + Send
        + 'static
{
}

/// What answers the requests of a connection from `address`; `strict_transport` goes with every answer over TLS.
pub(super) fn service<H: Handler>(
    handler: Arc<H>,
    address: IpAddr,
    strict_transport: Option<HeaderValue>,
) -> impl Answers {
    service_fn(move |request: Request<Incoming>| {
        let (handler, strict_transport) = (handler.clone(), strict_transport.clone());
        async move {
            let mut response = if names_one_host(&request) {
                let mut request = request.map(Body::new);
                add_host(&mut request);
                request.extensions_mut().insert(ClientAddress(address));
                handler.handle(request).await
            } else {
                let response = bad_request();
                handler.figures().outside(response.status());
                response
            };
            if response.extensions().get::<CloseWithoutAnswer>().is_some() {
                return Err(Closed);
            }
            if let Some(value) = strict_transport {
                response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
            }
            Ok(response)
        }
    })
}

/// RFC 9112 §3.2: one Host, which only HTTP/1.0 may leave out. Of two, what stands behind this server might believe the
/// other. RFC 9113 §8.3.1: over HTTP/2 `:authority` takes its place, and a Host beside it says the same.
fn names_one_host<T>(request: &Request<T>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).into_iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.as_bytes()),
        (None, _) => None,
        (Some(_), Some(_)) => return false,
    };
    let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    match (request.version(), host, authority) {
        (Version::HTTP_2, Some(host), Some(authority)) => host.eq_ignore_ascii_case(authority),
        (Version::HTTP_2, host, authority) => host.is_some() || authority.is_some(),
        (version, host, _) => host.is_some() || version < Version::HTTP_11,
    }
}

/// What HTTP/2 says in `:authority`, what stands behind reads in Host (RFC 9113 §8.3.1).
fn add_host(request: &mut Request<Body>) {
    if request.version() == Version::HTTP_2
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
}

fn bad_request() -> Response {
    let mut response = Response::new(Body::from("A request names one Host.\n"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(request::ID, RequestId::random().to_header());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let cases: [(Version, &str, &[&str], bool); 10] = [
            (Version::HTTP_10, "/", &[], true),
            (Version::HTTP_11, "/", &[], false),
            (Version::HTTP_11, "/", &["a"], true),
            (Version::HTTP_11, "/", &["a", "a"], false),
            (Version::HTTP_11, "http://b/", &["a"], true),
            (Version::HTTP_2, "https://a/", &[], true),
            (Version::HTTP_2, "https://a/", &["A"], true),
            (Version::HTTP_2, "https://a/", &["b"], false),
            (Version::HTTP_2, "https://a/", &["a", "a"], false),
            (Version::HTTP_2, "/", &[], false),
        ];
        for (version, uri, hosts, good) in cases {
            let mut request = Request::builder().version(version).uri(uri);
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            assert_eq!(names_one_host(&request.body(()).unwrap()), good, "{version:?} {uri} {hosts:?}");
        }
    }
}
