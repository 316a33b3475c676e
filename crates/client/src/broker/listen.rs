//! Connections: taken in, answered, drained at shutdown.

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

const MAX_CONNECTIONS: usize = 1_000;
const HEADER_SECONDS: u64 = 15;
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 32 * 1024;
const DRAIN: Duration = Duration::from_secs(10);

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
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(seat) = Arc::clone(&room).acquire_owned().await else { break };
        tokio::select! {
            taken = listeners.socket.accept() => {
                if let Some((stream, peer)) = known(taken).await {
                    connect(&graceful, stream, Purpose::Broker(peer), &broker, seat);
                }
            }
            taken = accept(listeners.port.as_ref()) => {
                if let Some(stream) = taken {
                    connect(&graceful, stream, Purpose::Broker(Peer::Network), &broker, seat);
                }
            }
            taken = accept(listeners.metrics.as_ref()) => {
                if let Some(stream) = taken {
                    connect(&graceful, stream, Purpose::Metrics, &broker, seat);
                }
            }
            () = &mut stop => break,
        }
    }
    // In this order: who finds no socket knows that nobody is there, and who finds the lock free finds no socket.
    drop(listeners);
    drop(place);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "some requests did not finish in time");
    }
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

fn connect<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    graceful: &GracefulShutdown,
    stream: S,
    purpose: Purpose,
    broker: &Arc<Shared>,
    seat: OwnedSemaphorePermit,
) {
    let broker = Arc::clone(broker);
    let service = service_fn(move |request: Request<Incoming>| {
        let broker = Arc::clone(&broker);
        async move {
            Ok::<_, std::convert::Infallible>(match purpose {
                Purpose::Broker(peer) => answer::answer(&broker, peer, request).await,
                Purpose::Metrics => own::scrape(&broker, &request),
            })
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
        drop(seat);
    });
}
