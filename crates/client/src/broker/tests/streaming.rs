//! Bodies pass at the pace of who reads them: nothing piles up in between.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::sync::Semaphore;

use super::caller::{get, told};
use super::provider::FRAME;
use super::world::World;

const LARGE: u64 = 64 * 1024 * 1024;
/// What sockets and the buffers of one connection hold, at both ends, with room to spare.
const IN_BETWEEN: u64 = 24 * 1024 * 1024;

/// Waits until `count` stands still although everybody had the chance to go on: all of them run on this thread.
async fn at_rest(count: impl Fn() -> u64) -> u64 {
    loop {
        let before = count();
        for _ in 0..5_000 {
            tokio::task::yield_now().await;
        }
        if count() == before {
            return before;
        }
    }
}

#[tokio::test]
async fn to_the_caller() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let answer = broker.connect().await.send_request(get("/own/flood")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let unread = at_rest(|| world.given()).await;
    assert!(unread < IN_BETWEEN, "{unread} bytes were taken, and nobody read any");

    let (mut body, mut read) = (answer.into_body(), 0);
    while read < LARGE {
        read += body.frame().await.unwrap().unwrap().into_data().unwrap().len() as u64;
        assert!(world.given() < read + IN_BETWEEN);
    }
    // Who hangs up ends it: the provider is not read for nobody.
    drop(body);
    let at_the_end = at_rest(|| world.given()).await;
    assert!(at_the_end < read + IN_BETWEEN);
    broker.stop().await;
}

/// So many bytes, as fast as they are taken.
struct Upload {
    given: Arc<AtomicU64>,
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.given.fetch_add(FRAME as u64, Ordering::SeqCst) >= LARGE {
            return std::task::Poll::Ready(None);
        }
        std::task::Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[7; FRAME])))))
    }
}

#[tokio::test]
async fn to_the_provider() {
    let mut world = World::new().await;
    let broker = world.run(&[]).await;
    let given = Arc::<AtomicU64>::default();
    let upload = Upload { given: Arc::clone(&given) };
    let request = Request::post("/own/sink").header("host", "localhost").body(upload).unwrap();
    let mut connection = broker.connect().await;
    let asking = tokio::spawn(async move { told(connection.send_request(request).await.unwrap()).await });
    let unread = at_rest(|| given.load(Ordering::SeqCst)).await;
    assert!((1..IN_BETWEEN).contains(&unread), "{unread} bytes were taken, and the provider read none");

    let mut read = 0;
    while read < LARGE {
        world.provider.state.gate.add_permits(1);
        read += world.sink.recv().await.unwrap() as u64;
        assert!(given.load(Ordering::SeqCst) < read + IN_BETWEEN);
    }
    world.provider.state.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    assert_eq!(asking.await.unwrap().text(), LARGE.to_string());
    broker.stop().await;
}
