//! A single request, to see what an answer looks like.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::response::Parts;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::wrk::Request;

/// Sends `request` once.
pub(crate) fn exchange(request: &Request) -> anyhow::Result<(Parts, Bytes)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (parts, body) = runtime.block_on(send(request))?;
    ensure!(parts.status.is_success(), "{} answered {}: {body:?}", request.url, parts.status);
    Ok((parts, body))
}

async fn send(request: &Request) -> anyhow::Result<(Parts, Bytes)> {
    let url: http::Uri = request.url.parse()?;
    let host = url.authority().context("the address names no host")?.as_str();
    let stream = TcpStream::connect(host).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (name, value) = &request.header;
    let message = http::Request::builder()
        .method(request.method)
        .uri(url.path_and_query().context("the address has no path")?.as_str())
        .header(http::header::HOST, host)
        .header(*name, value)
        .body(Full::new(Bytes::from(request.body.clone())))?;
    let (parts, body) = sender.send_request(message).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    drop(sender);
    connection.await??;
    Ok((parts, body))
}
