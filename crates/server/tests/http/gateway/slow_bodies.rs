//! Clients that send a call's body slowly, or stop.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use tokio::time::Sleep;

use crate::app::{Answer, CLIENT_CREDENTIALS, Call, STANDARD, TestApp};

/// Three pieces with a pause before each.
struct Slow {
    left: u32,
    pause: Duration,
    waiting: Pin<Box<Sleep>>,
}

impl Slow {
    fn every(seconds: u64) -> Self {
        let pause = Duration::from_secs(seconds);
        Self { left: 3, pause, waiting: Box::pin(tokio::time::sleep(pause)) }
    }
}

impl HttpBody for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        ready!(self.waiting.as_mut().poll(context));
        self.left -= 1;
        self.waiting = Box::pin(tokio::time::sleep(self.pause));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"piece ")))))
    }
}

/// Slow is well; who stops is told so, and what the API made of half a call goes nowhere.
#[tokio::test]
async fn each_piece_has_half_a_minute() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    tokio::time::pause();
    let call = async |seconds| {
        let request = Call::post("/standard/things").bearer(&tokens.access).into_request();
        let request = request.map(|_| Body::new(Slow::every(seconds)));
        Answer::of(app.server.handle(request).await).await
    };
    let slow = call(29).await;
    assert_eq!((slow.status, &slow.json()["body"]), (200, &"piece piece piece ".into()));
    let stopped = call(31).await;
    assert_eq!((stopped.status, stopped.header("connection"), stopped.text()), (408, "close", ""));
}
