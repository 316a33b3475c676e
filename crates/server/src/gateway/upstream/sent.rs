//! The body of a call on its way to an address: it has a longest length, and is seen to move.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// What is seen of a call's body.
#[derive(Default)]
pub(super) struct Watch {
    /// A piece went out; whoever looks sets it back.
    pub(super) moved: AtomicBool,
    pub(super) too_large: AtomicBool,
}

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the body is too large")]
    TooLarge,
    #[error(transparent)]
    Cut(axum::Error),
}

/// The body of a call.
pub(crate) struct Sent {
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
