//! Callers who send a part and leave it at that.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::caller::get;
use super::world::{Running, World};

const HALF: &[u8] = b"GET /own/x HTTP/1.1\r\nHost: local";

/// Asks once, so that the connection has its seat for sure; the head of the next request stays half-sent.
async fn half_sent<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> S {
    stream.write_all(b"GET /nobody/x HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
    }
    stream.write_all(HALF).await.unwrap();
    stream
}

async fn fill_the_port(broker: &Running) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..crate::broker::listen::PORT_SEATS {
        held.push(half_sent(TcpStream::connect(broker.address).await.unwrap()).await);
    }
    held
}

/// The port is anybody's on this machine.
#[tokio::test]
async fn the_port_takes_nothing_from_the_socket() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let held = fill_the_port(&broker).await;
    assert_eq!(broker.ask(get("/own/x")).await.text(), "echo");
    drop(held);
    broker.stop().await;
}

#[tokio::test]
async fn a_full_broker_stops() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let _port = fill_the_port(&broker).await;
    let mut socket = Vec::new();
    for _ in 0..crate::broker::listen::SOCKET_SEATS {
        socket.push(half_sent(UnixStream::connect(&broker.socket).await.unwrap()).await);
    }
    broker.stop().await;
}

#[tokio::test]
async fn a_small_body_that_does_not_come() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let mut stream = UnixStream::connect(&broker.socket).await.unwrap();
    stream
        .write_all(b"POST /own/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_slow"), "{answer}");
    assert_eq!(world.provider.api_requests(), 0);
    broker.stop().await;
}
