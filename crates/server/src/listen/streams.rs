//! The streams of an HTTP/2 connection, counted: whether there are any, and whether the client takes their answers. hyper has
//! time limits for neither.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::service_fn;

use super::answer::Answers;

/// The streams of one connection.
#[derive(Default)]
pub(super) struct Streams {
    open: AtomicUsize,
    /// How many there ever were.
    opened: AtomicUsize,
    opened_before: AtomicUsize,
    /// Looks for answers that are not taken, so far.
    turn: AtomicUsize,
    /// Answers whose next piece the client has to ask for, by the turn in which it was given the last one: an even or an odd
    /// one.
    waiting: [AtomicUsize; 2],
}

impl Streams {
    /// The same service, whose streams are counted.
    pub(super) fn of(service: impl Answers) -> (impl Answers, Arc<Self>) {
        let streams = Arc::new(Self::default());
        let counted = streams.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let open = Open::new(counted.clone());
            let answered = service.call(request);
            async move { Ok(answered.await?.map(|body| Body::new(Counted::new(body, open)))) }
        });
        (service, streams)
    }

    /// Whether there are none, and were none since the last look.
    pub(super) fn are_idle(&self) -> bool {
        let opened = self.opened.load(Relaxed);
        self.opened_before.swap(opened, Relaxed) == opened && self.open.load(Relaxed) == 0
    }

    /// Whether a client has not asked for the next piece of an answer since the look before the last.
    pub(super) fn are_unread(&self) -> bool {
        let before = self.turn.fetch_add(1, Relaxed) + 1;
        self.waiting[before % 2].load(Relaxed) > 0
    }
}

/// A stream that is open until it is dropped.
struct Open(Arc<Streams>);

impl Open {
    fn new(streams: Arc<Streams>) -> Self {
        streams.open.fetch_add(1, Relaxed);
        streams.opened.fetch_add(1, Relaxed);
        Self(streams)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

/// The body of an answer.
struct Counted {
    body: Body,
    open: Open,
    /// The turn since which the client has the word.
    waiting: Option<usize>,
}

impl Counted {
    fn new(body: Body, open: Open) -> Self {
        let mut counted = Self { body, open, waiting: None };
        counted.wait();
        counted
    }

    fn wait(&mut self) {
        let Open(streams) = &self.open;
        let turn = streams.turn.load(Relaxed);
        streams.waiting[turn % 2].fetch_add(1, Relaxed);
        self.waiting = Some(turn);
    }

    fn go_on(&mut self) {
        if let Some(turn) = self.waiting.take() {
            self.open.0.waiting[turn % 2].fetch_sub(1, Relaxed);
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.go_on();
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    /// hyper asks for the next piece once the client has taken enough of the last one.
    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        this.go_on();
        let frame = std::task::ready!(Pin::new(&mut this.body).poll_frame(context));
        if frame.is_some() {
            this.wait();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[test]
    fn idle() {
        let streams = Arc::new(Streams::default());
        assert!(streams.are_idle());
        let open = Open::new(streams.clone());
        assert!(!streams.are_idle() && !streams.are_idle());
        drop(open);
        assert!(streams.are_idle());
        drop(Open::new(streams.clone()));
        assert!(!streams.are_idle(), "there was one meanwhile");
        assert!(streams.are_idle());
    }

    #[tokio::test]
    async fn unread() {
        let streams = Arc::new(Streams::default());
        let mut body = Counted::new(Body::from("piece"), Open::new(streams.clone()));
        // A whole turn is waited for, whenever the piece was given.
        assert!(!streams.are_unread());
        assert!(streams.are_unread());
        body.frame().await.unwrap().unwrap();
        assert!(!streams.are_unread());
        assert!(streams.are_unread());
        assert!(body.frame().await.is_none());
        assert!(!streams.are_unread() && !streams.are_unread());
        drop(body);
        assert!(!streams.are_unread() && !streams.are_unread());
    }

    struct Silent;

    impl HttpBody for Silent {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            Poll::Pending
        }
    }

    /// An upstream that lets the client wait is no fault of the client.
    #[tokio::test]
    async fn waiting_for_the_upstream() {
        let streams = Arc::new(Streams::default());
        let mut body = Counted::new(Body::new(Silent), Open::new(streams.clone()));
        let polled =
            std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending()));
        assert!(polled.await);
        assert!(!streams.are_unread() && !streams.are_unread());
    }
}
