//! Connections: taken in, answered, drained at shutdown.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::BrokerError;
use super::{Shared, answer, own, socket};

/// Seats of each listener's own: whoever takes all of the port's, which anybody on this machine can, takes none of the
/// socket's. With room for the connections to providers under the usual limit of 1,024 files.
pub(super) const SOCKET_SEATS: usize = if cfg!(test) { 16 } else { 600 };
pub(super) const PORT_SEATS: usize = if cfg!(test) { 8 } else { 200 };
const METRICS_SEATS: usize = 16;
/// How long a request's head may take.
const SOCKET_HEADER: Duration = Duration::from_secs(15);
const PORT_HEADER: Duration = Duration::from_secs(10);
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 32 * 1024;
const DRAIN: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 10 });

/// Who is at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    /// A process, as the kernel says.
    Socket { uid: u32, pid: Option<i32> },
    /// Something on this machine.
    Network,
}

/// What is asked at a place.
#[derive(Clone, Copy)]
enum Purpose {
    Broker(Peer),
    Metrics,
}

/// Where to listen.
pub(super) struct Listeners {
    pub(super) socket: UnixListener,
    pub(super) port: Option<TcpListener>,
    pub(super) metrics: Option<TcpListener>,
}

/// Listens on `address`, which only this machine reaches.
pub(super) async fn bind(address: SocketAddr) -> Result<TcpListener, BrokerError> {
    if !address.ip().is_loopback() {
        return Err(BrokerError::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|source| BrokerError::Listen { address, source })
}

/// Serves until `stop`, then gives up the socket's place and lets what is in flight finish.
pub(super) async fn serve(
    listeners: Listeners,
    place: socket::Place,
    broker: Arc<Shared>,
    stop: impl Future<Output = ()>,
) {
    let doors = Doors { graceful: GracefulShutdown::new(), broker };
    tokio::select! {
        never = doors.socket(&listeners.socket) => match never {},
        never = doors.port(listeners.port.as_ref()) => match never {},
        never = doors.metrics(listeners.metrics.as_ref()) => match never {},
        () = stop => {}
    }
    // In this order: who finds no socket knows that nobody is there, and who finds the lock free finds no socket.
    drop(listeners);
    drop(place);
    if tokio::time::timeout(DRAIN, doors.graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "some requests did not finish in time");
    }
}

/// What connections come in by. Each has seats of its own, and the next one is taken when there is a seat for it.
struct Doors {
    graceful: GracefulShutdown,
    broker: Arc<Shared>,
}

impl Doors {
    async fn socket(&self, listener: &UnixListener) -> Infallible {
        let seats = seats(SOCKET_SEATS);
        loop {
            let seat = take(&seats).await;
            if let Some((stream, peer)) = known(listener.accept().await).await {
                self.connect(stream, Purpose::Broker(peer), SOCKET_HEADER, seat);
            }
        }
    }

    async fn port(&self, listener: Option<&TcpListener>) -> Infallible {
        let seats = seats(PORT_SEATS);
        loop {
            let seat = take(&seats).await;
            if let Some(stream) = accept(listener).await {
                self.connect(stream, Purpose::Broker(Peer::Network), PORT_HEADER, seat);
            }
        }
    }

    async fn metrics(&self, listener: Option<&TcpListener>) -> Infallible {
        let seats = seats(METRICS_SEATS);
        loop {
            let seat = take(&seats).await;
            if let Some(stream) = accept(listener).await {
                self.connect(stream, Purpose::Metrics, PORT_HEADER, seat);
            }
        }
    }

    fn connect<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        purpose: Purpose,
        header: Duration,
        seat: Option<OwnedSemaphorePermit>,
    ) {
        let broker = Arc::clone(&self.broker);
        let service = service_fn(move |request: Request<Incoming>| {
            let broker = Arc::clone(&broker);
            async move {
                Ok::<_, Infallible>(match purpose {
                    Purpose::Broker(peer) => answer::answer(&broker, peer, request).await,
                    Purpose::Metrics => own::scrape(&broker, &request),
                })
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEADER_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(seat);
        });
    }
}

fn seats(count: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(count))
}

/// The next free seat. Nobody closes the semaphore, so there is one.
async fn take(seats: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(seats).acquire_owned().await.ok()
}

/// A connection of this user's own, and whose it is.
async fn known(taken: io::Result<(UnixStream, tokio::net::unix::SocketAddr)>) -> Option<(UnixStream, Peer)> {
    let (stream, _) = or_breathe(taken).await?;
    let peer = stream.peer_cred().and_then(|peer| {
        socket::may_ask(peer.uid())?;
        Ok(Peer::Socket { uid: peer.uid(), pid: peer.pid() })
    });
    match peer {
        Ok(peer) => Some((stream, peer)),
        Err(error) => {
            tracing::warn!(%error, "a connection is refused");
            None
        }
    }
}

/// The next connection; never where nobody listens.
async fn accept(listener: Option<&TcpListener>) -> Option<TcpStream> {
    let Some(listener) = listener else { return std::future::pending().await };
    let (stream, _) = or_breathe(listener.accept().await).await?;
    // A socket that refuses is slower, not broken.
    let _ = stream.set_nodelay(true);
    Some(stream)
}

async fn or_breathe<T>(taken: io::Result<T>) -> Option<T> {
    match taken {
        Ok(taken) => Some(taken),
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            // Out of file descriptors, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
