//! The same server behind a real socket, for what only the bytes on the wire can show.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use stagedoor_server::Server;
use stagedoor_server::listen::{Handler, Listener, ListenerOptions, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Answer, Call, TestApp};

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

struct Door(Arc<Server>);

impl Handler for Door {
    async fn handle(&self, request: Request<Body>) -> Response {
        self.0.clock().advance_millis(1);
        self.0.handle(request).await
    }
}

impl Listening {
    pub(crate) async fn on(app: &TestApp) -> Self {
        Self::with(ListenerOptions::default(), app).await
    }

    pub(crate) async fn with(options: ListenerOptions, app: &TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let door = Arc::new(Door(app.server.clone()));
        let serving = tokio::spawn(async move {
            serve(Listener::plain(listener, options), door, async {
                let _ = stopped.await;
            })
            .await;
        });
        Self { address, stop, serving }
    }

    /// Sends bytes as they are and reads until the server closes; nothing where it just closed.
    pub(crate) async fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let (mut reading, mut writing) = TcpStream::connect(self.address).await.unwrap().into_split();
        let bytes = bytes.to_vec();
        // A server that has heard enough may close before all was sent.
        let sending = tokio::spawn(async move {
            let _ = writing.write_all(&bytes).await;
            writing
        });
        let mut answer = Vec::new();
        let _ = reading.read_to_end(&mut answer).await;
        sending.await.unwrap();
        answer
    }

    /// Sends bytes and closes without waiting for an answer.
    pub(crate) async fn send_and_leave(&self, bytes: &[u8]) {
        let mut connection = TcpStream::connect(self.address).await.unwrap();
        connection.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn send(&self, call: &Call) -> Answer {
        read_answer(&self.exchange(&call.to_bytes()).await)
    }

    pub(crate) async fn close(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap();
    }
}

/// Reads the one answer of a connection that was then closed.
pub(crate) fn read_answer(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {} bytes", bytes.len()));
    let mut lines = std::str::from_utf8(&bytes[..end]).unwrap().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value.trim()).unwrap())
    };
    let headers: HeaderMap = lines.map(header).collect();
    Answer::read(status, headers, Bytes::copy_from_slice(&bytes[end + 4..]))
}
