//! The body of a call: for every next piece of it a client is waited for so long and no longer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Sleep;

/// Time for the next piece. How long the API takes to ask for it does not count.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a body was given up.
pub(super) struct Late(Option<Arc<AtomicBool>>);

impl Late {
    pub(super) fn is_late(&self) -> bool {
        self.0.as_ref().is_some_and(|late| late.load(Ordering::Relaxed))
    }
}

/// The same body, which ends in an error when it stops coming.
pub(super) fn patient(body: Body) -> (Body, Late) {
    // Most calls have none.
    if body.is_end_stream() {
        return (body, Late(None));
    }
    let late = Arc::new(AtomicBool::new(false));
    (Body::new(Patient { body, waiting: None, late: late.clone() }), Late(Some(late)))
}

struct Patient {
    body: Body,
    /// Set while the client is waited for.
    waiting: Option<Pin<Box<Sleep>>>,
    late: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the body did not come")]
    TooSlow,
    #[error(transparent)]
    Cut(#[from] axum::Error),
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Broken::from)));
        }
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
        if waiting.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        this.late.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(Broken::TooSlow)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
