//! Connections to the admin socket: of this user and root alone, bounded, drained at shutdown.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::UnixStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::socket::{Socket, may_administer};
use super::{Admin, Caller};

/// Administrators are few.
const CONNECTIONS: usize = 32;
const HEADER: Duration = Duration::from_secs(15);
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop`, gives up the socket's place, and lets what is in flight finish.
pub async fn serve(socket: Socket, admin: Arc<Admin>, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&socket, &seats) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, caller, seat)) = accepted else { continue };
        let admin = admin.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (admin, caller) = (admin.clone(), caller.clone());
            async move { Ok::<_, Infallible>(admin.handle(request.map(Body::new), &caller).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "admin connection ended");
            }
            drop(seat);
        });
    }
    drop(socket);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "some admin calls did not finish in time");
    }
}

/// The next connection of someone who may administer.
async fn accept(
    socket: &Socket,
    seats: &Arc<Semaphore>,
) -> Option<(UnixStream, Caller, OwnedSemaphorePermit)> {
    let seat = seats.clone().acquire_owned().await.ok()?;
    let stream = match socket.listener.accept().await {
        Ok((stream, _)) => stream,
        Err(error) => {
            tracing::warn!(%error, "cannot accept an admin connection");
            // Out of file descriptors, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            return None;
        }
    };
    let uid = match stream.peer_cred() {
        Ok(peer) if may_administer(peer.uid()) => peer.uid(),
        Ok(peer) => {
            tracing::warn!(uid = peer.uid(), "an admin connection of another user is refused");
            return None;
        }
        Err(error) => {
            tracing::warn!(%error, "an admin connection of nobody knows whom is refused");
            return None;
        }
    };
    Some((stream, Caller::of_user(uid), seat))
}
