//! HTTP/1.1 (RFC 9112) on one connection.

use std::pin::Pin;

use axum::http::StatusCode;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_io_timeout::TimeoutStream;

use super::ListenerOptions;
use super::answer::Answers;
use super::closing::Closes;
use crate::figures::Figures;

const MAX_HEADERS: usize = 100;
pub(super) const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Answers until the client leaves or has nothing to ask, or until the listener ends.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    service: impl Answers,
    options: &ListenerOptions,
    mut closes: Closes,
    figures: &Figures,
) -> Result<(), hyper::Error> {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(patient(stream, options)), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closes.told() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = &ended
        && error.is_parse()
    {
        // hyper has answered by itself that it cannot read this.
        figures.outside(StatusCode::BAD_REQUEST);
    }
    ended
}

/// A client that does not read its answers is waited for so long and no longer.
pub(super) fn patient<S: AsyncRead + AsyncWrite>(
    stream: S,
    options: &ListenerOptions,
) -> Pin<Box<TimeoutStream<S>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(options.write));
    Box::pin(stream)
}
