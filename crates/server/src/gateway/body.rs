//! Bodies that are waited for: for every next piece, so long and no longer. A call's comes from a client, an answer's from an
//! upstream.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Sleep;

/// A client's time for the next piece, where nothing else is said. How long the API takes to ask for it does not count.
pub(crate) const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Whether a call's body was given up.
pub(super) struct Late(Option<Arc<AtomicBool>>);

impl Late {
    pub(super) fn is_late(&self) -> bool {
        self.0.as_ref().is_some_and(|late| late.load(Ordering::Relaxed))
    }
}

/// A call's body, which ends in an error when it stops coming.
pub(super) fn of_call(body: Body, patience: Duration) -> (Body, Late) {
    // Most calls have none.
    if body.is_end_stream() {
        return (body, Late(None));
    }
    let late = Arc::new(AtomicBool::new(false));
    let patient = Patient { late: Some(late.clone()), ..Patient::new(body, patience) };
    (Body::new(patient), Late(Some(late)))
}

/// A body that ends in an error when it stops coming.
pub(super) struct Patient<B> {
    body: B,
    patience: Duration,
    /// Set while the next piece is waited for.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Told when it stops.
    late: Option<Arc<AtomicBool>>,
}

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken<E> {
    #[error("the body did not go on")]
    TooSlow,
    #[error(transparent)]
    Cut(E),
}

impl<B> Patient<B> {
    pub(super) fn new(body: B, patience: Duration) -> Self {
        Self { body, patience, waiting: None, late: None }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Patient<B> {
    type Data = Bytes;
    type Error = Broken<B::Error>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Broken::Cut)));
        }
        let patience = this.patience;
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        if waiting.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        if let Some(late) = &this.late {
            late.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Some(Err(Broken::TooSlow)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
