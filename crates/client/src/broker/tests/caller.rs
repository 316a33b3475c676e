//! A program that asks the broker.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpStream, UnixStream};

use super::world::Running;

pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Told {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// `error` of an answer of the broker's own.
    pub(super) fn error(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        assert!(body["error_description"].as_str().is_some_and(|text| text.len() > 20), "{}", self.text());
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A GET of `path` with a usual `Host`.
pub(super) fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(path).header("host", "localhost").body(Full::default()).unwrap()
}

pub(super) fn post(path: &str, body: &str) -> Request<Full<Bytes>> {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    Request::post(path).header("host", "localhost").body(body).unwrap()
}

impl Running {
    /// A connection to the Unix socket.
    pub(super) async fn connect<B>(&self) -> SendRequest<B>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = UnixStream::connect(&self.socket).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    /// Asks at the Unix socket.
    pub(super) async fn ask(&self, request: Request<Full<Bytes>>) -> Told {
        told(self.connect().await.send_request(request).await.unwrap()).await
    }

    /// Asks on the TCP port.
    pub(super) async fn ask_by_port(&self, request: Request<Full<Bytes>>) -> Told {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        told(sender.send_request(request).await.unwrap()).await
    }
}

pub(super) async fn told(response: http::Response<Incoming>) -> Told {
    let (parts, body) = response.into_parts();
    Told { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
}
