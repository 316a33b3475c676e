//! Bodies on their way: the call's, which has a longest length, and the answer's, whose next piece is waited for so long and
//! no longer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

/// What is seen of a call's body.
#[derive(Default)]
pub(super) struct Watch {
    /// A piece went out; whoever looks sets it back.
    pub(super) moved: AtomicBool,
    pub(super) too_large: AtomicBool,
}

/// Why a body ends early.
#[derive(Debug)]
pub(in crate::serve) enum Broken {
    TooLarge,
    TooSlow,
    Cut(axum::Error),
    Upstream(hyper::Error),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the body is too large"),
            Self::TooSlow => f.write_str("the answer did not go on"),
            Self::Cut(error) => error.fmt(f),
            Self::Upstream(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Broken {}

/// The body of a call.
pub(in crate::serve) struct Sent {
    body: Body,
    /// Bytes that may still come.
    left: u64,
    watch: Arc<Watch>,
}

impl Sent {
    pub(super) fn new(body: Body, at_most: u64, watch: Arc<Watch>) -> Self {
        Self { body, left: at_most, watch }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        let frame = match std::task::ready!(Pin::new(&mut this.body).poll_frame(context)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(Broken::Cut(error)))),
            None => return Poll::Ready(None),
        };
        this.watch.moved.store(true, Ordering::Relaxed);
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        match this.left.checked_sub(length) {
            Some(left) => {
                this.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            None => {
                this.watch.too_large.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(Broken::TooLarge)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer.
pub(super) struct Answered {
    body: Incoming,
    patience: Duration,
    /// Set while the upstream is waited for.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Answered {
    pub(super) fn new(body: Incoming, patience: Duration) -> Self {
        Self { body, patience, waiting: None }
    }
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Broken::Upstream)));
        }
        let patience = this.patience;
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match waiting.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Some(Err(Broken::TooSlow))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
