//! Renewals: once after a 401, ahead of need, and not over and over.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::body::{Body, Frame};

use super::caller::{get, post, told};
use super::world::World;
use crate::credential::CredentialName;

#[tokio::test]
async fn once_after_a_401() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    world.provider.accept_only("none");
    let told = broker.ask(post("/own/v1/things", "body")).await;
    assert_eq!((told.status.as_u16(), world.provider.token_requests()), (200, 1));
    let (_, headers, body) = world.provider.seen();
    assert_eq!((&headers["authorization"], &body[..]), (&"Bearer live-1".parse().unwrap(), &b"body"[..]));
    assert_eq!((world.provider.api_requests(), broker.ask(get("/own/x")).await.status.as_u16()), (2, 200));
    assert_eq!(world.provider.token_requests(), 1);
    broker.stop().await;
}

#[tokio::test]
async fn a_hundred_at_once_are_one_renewal() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    world.provider.accept_only("none");
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let mut connection = broker.connect().await;
        asking.spawn(async move { connection.send_request(get("/own/x")).await.unwrap().status().as_u16() });
    }
    assert!(asking.join_all().await.into_iter().all(|status| status == 200));
    assert_eq!(world.provider.token_requests(), 1);
    broker.stop().await;
}

/// An API that answers 401 whatever it is shown costs one token request a minute.
#[tokio::test]
async fn a_401_that_no_token_helps_against() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    for _ in 0..5 {
        assert_eq!(broker.ask(get("/own/always-401")).await.status.as_u16(), 401);
    }
    assert_eq!(world.provider.token_requests(), 1);
    world.clock.advance(61);
    assert_eq!(broker.ask(get("/own/always-401")).await.status.as_u16(), 401);
    assert_eq!(world.provider.token_requests(), 2);
    broker.stop().await;
}

/// A body that is gone cannot be sent again: the caller gets the 401, and who comes next a new token.
#[tokio::test]
async fn a_streamed_body_is_not_sent_twice() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    world.provider.accept_only("none");
    let body = OneFrame(Some(Bytes::from_static(b"chunk")));
    let request = Request::post("/own/v1/things").header("host", "localhost").body(body).unwrap();
    let answer = told(broker.connect().await.send_request(request).await.unwrap()).await;
    assert_eq!((answer.status.as_u16(), world.provider.api_requests()), (401, 1));
    while world.provider.token_requests() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(broker.ask(get("/own/x")).await.status.as_u16(), 200);
    assert_eq!(world.provider.token_requests(), 1);
    broker.stop().await;
}

/// Whoever gives up, the renewal goes on and is waited for at the end.
#[tokio::test]
async fn a_caller_that_goes_away_loses_no_renewal() {
    let world = World::new().await;
    let mut ended = world.credential("app");
    ended.access = None;
    world.store("own", &ended);
    let broker = world.run(&[]).await;
    let mut connection = broker.connect::<Full<Bytes>>().await;
    let asking = tokio::spawn(async move { connection.send_request(get("/own/x")).await.map(drop) });
    while world.provider.token_requests() == 0 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    broker.stop().await;
    let stored = world.vault.read(&CredentialName::new("own").unwrap()).unwrap().unwrap();
    assert_eq!(stored.access.unwrap().token.expose(), "live-1");
    assert_eq!(stored.refresh.unwrap().token.expose(), "refresh-1");
}

/// A token near its end is renewed before anybody asks.
#[tokio::test]
async fn ahead_of_need() {
    let world = World::new().await;
    world.clock.advance(3600 - 65);
    let broker = world.run(&[]).await;
    while world.provider.state.token_requests.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    broker.stop().await;
    let stored = world.vault.read(&CredentialName::new("own").unwrap()).unwrap().unwrap();
    assert_eq!(stored.access.unwrap().token.expose(), "live-1");
    assert_eq!(world.provider.token_requests(), 1);
}

/// A body of one frame, whose length nobody knows before.
struct OneFrame(Option<Bytes>);

impl Body for OneFrame {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}
