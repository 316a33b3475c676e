//! Listening: HTTP/1.1 connections, bounded and slow-proof, drained at shutdown.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Extensions;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

/// Where a request came from; in its extensions.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Where the request with these extensions came from.
pub(crate) fn address(extensions: &Extensions) -> IpAddr {
    extensions.get::<ClientAddress>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

/// In the extensions of a response that is not to be sent: the connection is closed instead. Only `dev` sets it.
#[derive(Clone, Copy, Debug)]
pub struct CloseWithoutAnswer;

const MAX_CONNECTIONS: usize = 20_000;
const HEADER_SECONDS: u64 = 15;
const WRITE_SECONDS: u64 = 30;
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 32 * 1024;
const DRAIN: Duration = Duration::from_secs(10);

/// Something that answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one.
    fn handle(&self, request: Request<Body>) -> impl Future<Output = Response> + Send;
}

/// Serves until `stop`, then lets what is in flight finish.
pub async fn serve(listener: TcpListener, handler: Arc<impl Handler>, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
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

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, IpAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
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

fn connect<H: Handler>(
    stream: TcpStream,
    address: IpAddr,
    handler: Arc<H>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |request: Request<Incoming>| {
        let handler = handler.clone();
        async move {
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
