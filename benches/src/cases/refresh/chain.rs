//! The load: each client presents a refresh token, waits, and keeps the one it is given for later.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use stagedoor_wire::Secret;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::{body_start, grants};
use crate::child::Pinned;
use crate::pairs::{Load, Spread};
use crate::stopwatch::Stopwatch;

pub(super) struct Chain {
    runtime: Runtime,
    target: Target,
    clients: Vec<Tokens>,
}

/// The refresh tokens a client holds; the one at the front is next.
type Tokens = VecDeque<String>;

#[derive(Clone)]
struct Target {
    host: String,
    path: String,
    body_start: String,
}

impl Chain {
    /// Deals `tokens` to so many clients.
    pub(super) fn new(server: &Pinned, tokens: &[Secret], clients: usize) -> anyhow::Result<Self> {
        let url: http::Uri = server.text(&format!("/apis/{}/token_url", grants::API))?.parse()?;
        let target = Target {
            host: url.authority().context("the token address names no host")?.to_string(),
            path: url.path().to_owned(),
            body_start: body_start(&server.told["apis"][grants::API]),
        };
        let mut dealt = vec![Tokens::new(); clients];
        for (at, token) in tokens.iter().enumerate() {
            dealt[at % clients].push_back(token.expose().to_owned());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, target, clients: dealt })
    }

    /// Lets all clients refresh for so long.
    pub(super) fn run(&mut self, seconds: u32) -> anyhow::Result<Load> {
        let how_long = Duration::from_secs(seconds.into());
        let stopwatch = Stopwatch::start();
        let mut running = JoinSet::new();
        for tokens in self.clients.drain(..) {
            running.spawn_on(client(self.target.clone(), tokens, stopwatch, how_long), self.runtime.handle());
        }
        let mut millis = Vec::new();
        while let Some(client) = self.runtime.block_on(running.join_next()) {
            let (tokens, own) = client??;
            self.clients.push(tokens);
            millis.extend(own);
        }
        let seconds = stopwatch.elapsed().as_secs_f64();
        let (count, spread) = (millis.len() as u64, millis.into_iter().collect::<Spread>());
        Ok(Load { count, seconds, p99_ms: spread.percentile(0.99) })
    }
}

/// Refreshes until the time is up; returns the tokens it holds then, and how long each answer took.
async fn client(
    target: Target,
    mut tokens: Tokens,
    stopwatch: Stopwatch,
    how_long: Duration,
) -> anyhow::Result<(Tokens, Vec<f64>)> {
    let stream = TcpStream::connect(&target.host).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut millis = Vec::new();
    while stopwatch.elapsed() < how_long {
        let token = tokens.pop_front().context("a client has no token")?;
        let began = Stopwatch::start();
        let next = refresh(&mut sender, &target, &token).await?;
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        tokens.push_back(next);
    }
    drop(sender);
    connection.await??;
    Ok((tokens, millis))
}

/// Presents `token`; returns its successor.
async fn refresh(
    sender: &mut SendRequest<Full<Bytes>>,
    target: &Target,
    token: &str,
) -> anyhow::Result<String> {
    let request = http::Request::post(&target.path)
        .header(HOST, &target.host)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from([&target.body_start, token].concat())))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    let text = std::str::from_utf8(&body)?;
    ensure!(status.is_success(), "a refresh was answered with {status}: {text}");
    // Cut out rather than parsed: the load must stay lighter than the server.
    let (_, behind) = text.split_once("\"refresh_token\":\"").context("no refresh token in the answer")?;
    let (next, _) = behind.split_once('"').context("the answer is cut off")?;
    ensure!(next != token, "the refresh token did not rotate");
    Ok(next.to_owned())
}
