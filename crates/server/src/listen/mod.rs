//! Listening: HTTP/1.1 connections, bounded and slow-proof, drained at shutdown.

mod host;
mod places;

use std::future::Future;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Extensions, HeaderValue, StatusCode, Version, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

use crate::figures::Figures;
pub(crate) use host::{is_loopback, names_this_machine};
use places::{Place, Places};

/// Where a request came from; in its extensions.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// In the extensions of a request that a trusted proxy passed on: what it says of the request is believed.
#[derive(Clone, Copy, Debug)]
pub struct TrustedProxy;

/// Where the request with these extensions came from.
pub(crate) fn address(extensions: &Extensions) -> IpAddr {
    extensions.get::<ClientAddress>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

/// In the extensions of a response that is not to be sent: the connection is closed instead. Only `dev` sets it.
#[derive(Clone, Copy, Debug)]
pub struct CloseWithoutAnswer;

const HEADER_SECONDS: u64 = 15;
const WRITE_SECONDS: u64 = 30;
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 32 * 1024;
const DRAIN: Duration = Duration::from_secs(10);

/// How many connections there may be at a time.
#[derive(Clone, Copy, Debug)]
pub struct ListenerOptions {
    /// In all. Beyond it nobody is let in until someone leaves; the system keeps a queue of those who wait.
    pub connections: usize,
    /// From one address, of IPv6 one network. Who has as many is told 503.
    pub connections_per_address: usize,
    /// From a loopback address: programs of this machine, and proxies in front, open many.
    pub connections_per_loopback_address: usize,
}

impl Default for ListenerOptions {
    fn default() -> Self {
        Self { connections: 20_000, connections_per_address: 256, connections_per_loopback_address: 4096 }
    }
}

/// Something that answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one.
    fn handle(&self, request: Request<Body>) -> impl Future<Output = Response> + Send;

    /// Where its connections are counted.
    fn figures(&self) -> Arc<Figures> {
        Arc::default()
    }
}

/// Serves until `stop`, then lets what is in flight finish.
pub async fn serve(
    listener: TcpListener,
    options: ListenerOptions,
    handler: Arc<impl Handler>,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Places::new(options, handler.figures().connections().clone());
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, address, place)) = accepted else { continue };
        let connection = graceful.watch(connect(stream, address, handler.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "some requests did not finish in time");
    }
}

async fn accept(listener: &TcpListener, places: &Places) -> Option<(TcpStream, IpAddr, Place)> {
    let free = places.free().await?;
    match listener.accept().await {
        Ok((stream, address)) => {
            let Some(place) = places.take(free, address.ip()) else {
                turn_away(stream);
                return None;
            };
            // Answers are small; waiting to fill a packet only delays them. A socket that refuses is slower, not broken.
            let _ = stream.set_nodelay(true);
            Some((stream, address.ip(), place))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            // Out of file descriptors, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// Says that there is no place. It is sent at once or not at all, so that nobody is held up by it.
fn turn_away(stream: TcpStream) {
    const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let sent = stream.into_std().and_then(|mut stream| stream.write_all(FULL));
    tracing::debug!(told = sent.is_ok(), "too many connections from one address");
}

fn connect<H: Handler>(
    stream: TcpStream,
    address: IpAddr,
    handler: Arc<H>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |request: Request<Incoming>| {
        let handler = handler.clone();
        async move {
            if !names_one_host(&request) {
                return Ok(bad_request());
            }
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ClientAddress(address));
            let response = handler.handle(request).await;
            if response.extensions().get::<CloseWithoutAnswer>().is_some() {
                Err(Closed)
            } else {
                Ok(response)
            }
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(Box::pin(patient(stream))), service)
}

/// RFC 9112 §3.2: one Host, which only HTTP/1.0 may leave out. Of two, what stands behind this server might believe the
/// other.
fn names_one_host<T>(request: &Request<T>) -> bool {
    match request.headers().get_all(header::HOST).iter().count() {
        0 => request.version() < Version::HTTP_11,
        number => number == 1,
    }
}

fn bad_request() -> Response {
    let mut response = Response::new(Body::from("A request names one Host.\n"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A client that does not read its answers is waited for so long and no longer.
fn patient(stream: TcpStream) -> TimeoutStream<TcpStream> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(Duration::from_secs(WRITE_SECONDS)));
    stream
}

/// The answer was withheld on purpose.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
struct Closed;
