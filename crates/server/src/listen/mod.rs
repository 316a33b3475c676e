//! Listening: plain HTTP/1.1, or TLS with HTTP/2 and HTTP/1.1; bounded and slow-proof, drained at shutdown.

mod answer;
mod closing;
mod host;
mod http1;
mod http2;
mod options;
mod places;
mod streams;
pub mod tls;

use std::future::Future;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Extensions;
use axum::response::Response;
use tokio::net::{TcpListener, TcpStream};

use crate::figures::Figures;
use crate::request::RequestId;
pub(crate) use host::{is_loopback, names_this_machine};
pub use options::ListenerOptions;
use places::{Place, Places};
use tls::Tls;

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

/// Something that answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one.
    fn handle(&self, request: Request<Body>) -> impl Future<Output = Response> + Send;

    /// Where its connections are counted.
    fn figures(&self) -> Arc<Figures> {
        Arc::default()
    }
}

/// A socket, and how it is listened on.
pub struct Listener {
    pub socket: TcpListener,
    /// Those of new connections may be changed while it is listened on; how many there may be in all may not.
    pub options: Arc<ArcSwap<ListenerOptions>>,
    /// Plain HTTP where there is none.
    pub tls: Option<Tls>,
}

impl Listener {
    /// One that speaks plain HTTP.
    pub fn plain(socket: TcpListener, options: ListenerOptions) -> Self {
        Self { socket, options: Arc::new(ArcSwap::from_pointee(options)), tls: None }
    }
}

/// Serves until `stop`, then lets what is in flight finish.
pub async fn serve(listener: Listener, handler: Arc<impl Handler>, stop: impl Future<Output = ()>) {
    let Listener { socket, options, tls } = listener;
    let (closing, closes) = closing::pair();
    let places = Places::new(options.load().connections, handler.figures().connections().clone());
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&socket, &places, &options) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, address, place)) = accepted else { continue };
        let (options, handler, closes) = (options.load_full(), handler.clone(), closes.clone());
        match tls.clone() {
            None => tokio::spawn(async move {
                let service = answer::service(handler.clone(), address, None);
                note(http1::serve(stream, service, &options, closes, &handler.figures()).await);
                drop(place);
            }),
            Some(tls) => tokio::spawn(async move {
                note(tls.serve(stream, address, handler, &options, closes).await);
                drop(place);
            }),
        };
    }
    drop((socket, closes));
    let patience = options.load().drain;
    if tokio::time::timeout(patience, closing.close()).await.is_err() {
        tracing::warn!(seconds = patience.as_secs(), "some requests did not finish in time");
    }
}

fn note(ended: Result<(), impl std::fmt::Display>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

async fn accept(
    socket: &TcpListener,
    places: &Places,
    options: &ArcSwap<ListenerOptions>,
) -> Option<(TcpStream, IpAddr, Place)> {
    let free = places.free().await?;
    match socket.accept().await {
        Ok((stream, address)) => {
            let most = options.load().connections_of(address.ip());
            let Some(place) = places.take(free, address.ip(), most) else {
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

/// Says that there is no place. It is sent at once or not at all, so that nobody is held up by it. Who waits for TLS sees a
/// connection that ends.
fn turn_away(stream: TcpStream) {
    let request_id = RequestId::random();
    let full = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nx-request-id: {request_id}\r\nconnection: close\r\n\
         content-length: 0\r\n\r\n"
    );
    let sent = stream.into_std().and_then(|mut stream| stream.write_all(full.as_bytes()));
    tracing::debug!(told = sent.is_ok(), %request_id, "too many connections from one address");
}
