//! HTTP/2 (RFC 9113) on one connection. What one client can make the server keep or do is bounded: streams, header lists,
//! bodies nobody reads, and streams that are opened only to be reset.

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Duration, Instant, interval_at};

use super::ListenerOptions;
use super::answer::Answers;
use super::closing::Closes;
use super::http1::{MAX_HEADER_BYTES, patient};
use super::streams::Streams;

const MAX_STREAMS: u32 = 100;
/// Bytes of a call's body that may wait to be read.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;
/// Bytes of an answer that may wait to be sent.
const SEND_BUFFER_BYTES: usize = 64 * 1024;
/// Streams that the client reset before they were looked at (CVE-2023-44487), or that it made this side reset
/// (CVE-2025-8671). With more than so many it is told to calm down and the connection ends. CONTINUATION frames without end
/// (CVE-2024-27316) are bounded by the header list's size.
const MAX_RESETS: usize = 20;
const MAX_OWN_RESETS: usize = 100;

/// Answers until the client leaves, has nothing to ask or reads no answers, or until the listener ends.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    service: impl Answers,
    options: &ListenerOptions,
    mut closes: Closes,
) -> Result<(), hyper::Error> {
    let (service, streams) = Streams::of(service);
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES as u32)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_OWN_RESETS)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .serve_connection(TokioIo::new(patient(stream, options)), service);
    let mut connection = std::pin::pin!(connection);
    let every = |patience: Duration| interval_at(Instant::now() + patience, patience);
    let (mut idle, mut unread) = (every(options.idle), every(options.write));
    let mut is_ending = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = closes.told(), if !is_ending => {}
            // Whoever was told to leave and does not is not waited for again.
            _ = idle.tick() => match (streams.are_idle(), is_ending) {
                (false, _) => continue,
                (true, false) => {}
                (true, true) => return Ok(()),
            },
            _ = unread.tick() => match streams.are_unread() {
                false => continue,
                true => return Ok(()),
            },
        }
        is_ending = true;
        connection.as_mut().graceful_shutdown();
    }
}
