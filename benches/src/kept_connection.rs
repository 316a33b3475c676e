//! A connection that is kept, for form after form to one address.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Host, with its port, and path.
#[derive(Clone)]
pub(crate) struct Target {
    host: String,
    path: String,
}

pub(crate) struct KeptConnection {
    target: Target,
    sender: SendRequest<Full<Bytes>>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Target {
    pub(crate) fn of(url: &str) -> anyhow::Result<Self> {
        let url: http::Uri = url.parse()?;
        let host = url.authority().context("the address names no host")?.to_string();
        Ok(Self { host, path: url.path().to_owned() })
    }
}

impl KeptConnection {
    pub(crate) async fn open(target: Target) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(&target.host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        Ok(Self { target, sender, connection: tokio::spawn(connection) })
    }

    /// Posts a form; the answer's body, which must be of a success.
    pub(crate) async fn post(&mut self, form: String) -> anyhow::Result<Bytes> {
        let request = http::Request::post(&self.target.path)
            .header(HOST, &self.target.host)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "a form was answered with {status}: {body:?}");
        Ok(body)
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        drop(self.sender);
        Ok(self.connection.await??)
    }
}
