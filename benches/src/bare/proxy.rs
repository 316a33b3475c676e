//! A bare proxy: a hyper server and a pooled hyper client, bodies streamed, one header put in. It checks nothing.

use std::convert::Infallible;
use std::io::Read;
use std::sync::Arc;

use anyhow::Context;
use http::header::{AUTHORIZATION, HOST};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{Either, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};

struct Proxy {
    client: Client<HttpConnector, Incoming>,
    upstream: Authority,
    token: HeaderValue,
}

/// The line it is given.
#[derive(Deserialize)]
struct Given {
    /// A URL without a path.
    upstream: String,
}

type Answer = Response<Either<Incoming, Empty<Bytes>>>;

pub(super) fn serve() -> anyhow::Result<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let given: Given = serde_json::from_str(&line)?;
    let upstream = given.upstream.parse::<Uri>()?.into_parts().authority;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let proxy = Proxy {
        client: Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector),
        upstream: upstream.context("the upstream names no host")?,
        token: HeaderValue::from_static(
            "Bearer sdt_5f2a1c9e8b7d4036a1e2c3d4f5061728c3RhZ2Vkb29yIGNvbnN0YW50",
        ),
    };
    // As many workers as the broker has on this core.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(listen(Arc::new(proxy)))
}

async fn listen(proxy: Arc<Proxy>) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", serde_json::json!({"url": format!("http://{}", listener.local_addr()?)}));
    let mut ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    loop {
        tokio::select! {
            accepted = listener.accept() => connect(accepted.context("accepting ended")?.0, &proxy),
            _ = &mut ended => return Ok(()),
        }
    }
}

fn connect(stream: TcpStream, proxy: &Arc<Proxy>) {
    // A socket that refuses is slower, not broken.
    let _ = stream.set_nodelay(true);
    let proxy = Arc::clone(proxy);
    let service = service_fn(move |request| {
        let proxy = Arc::clone(&proxy);
        async move { Ok::<_, Infallible>(proxy.pass_on(request).await) }
    });
    // A connection that breaks off is wrk's end.
    tokio::spawn(
        async move { drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await) },
    );
}

impl Proxy {
    async fn pass_on(&self, mut request: Request<Incoming>) -> Answer {
        let path = request.uri().path_and_query().cloned();
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.upstream.clone());
        parts.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
        let Ok(uri) = Uri::from_parts(parts) else { return refused() };
        *request.uri_mut() = uri;
        request.headers_mut().remove(HOST);
        request.headers_mut().insert(AUTHORIZATION, self.token.clone());
        match self.client.request(request).await {
            Ok(answer) => answer.map(Either::Left),
            Err(_) => refused(),
        }
    }
}

fn refused() -> Answer {
    let mut response = Response::new(Either::Right(Empty::new()));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
