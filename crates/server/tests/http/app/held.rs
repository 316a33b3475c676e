//! A request whose body comes late.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use tokio::sync::oneshot;

use super::{Answer, Call, TestApp};

/// Says when it is waited for, and comes when it is let go.
struct Held {
    waited_for: Option<oneshot::Sender<()>>,
    comes: Option<oneshot::Receiver<Bytes>>,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(waited_for) = self.waited_for.take() {
            waited_for.send(()).unwrap();
        }
        let Some(comes) = &mut self.comes else { return Poll::Ready(None) };
        let bytes = ready!(Pin::new(comes).poll(context)).unwrap();
        self.comes = None;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

impl TestApp {
    /// Sends a call whose body comes after `meanwhile`, which begins when the server waits for it.
    pub(crate) async fn send_late(&self, call: Call, meanwhile: impl Future<Output = ()>) -> Answer {
        let (parts, body) = call.into_request().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let ((waited_for, waits), (goes, comes)) = (oneshot::channel(), oneshot::channel());
        let held = Held { waited_for: Some(waited_for), comes: Some(comes) };
        let request = axum::extract::Request::from_parts(parts, Body::new(held));
        let then = async {
            waits.await.unwrap();
            meanwhile.await;
            goes.send(bytes).unwrap();
        };
        let (response, ()) = tokio::join!(self.server.handle(request), then);
        Answer::of(response).await
    }
}
