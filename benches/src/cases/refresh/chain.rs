//! The load: each client presents a refresh token, waits, and keeps the one it is given for later.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, ensure};
use stagedoor_wire::Secret;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::{body_start, grants};
use crate::child::Pinned;
use crate::kept_connection::{KeptConnection, Target};
use crate::pairs::Load;
use crate::stopwatch::Stopwatch;

pub(super) struct Chain {
    runtime: Runtime,
    target: Target,
    body_start: String,
    clients: Vec<Tokens>,
}

/// The refresh tokens a client holds; the one at the front is next.
type Tokens = VecDeque<String>;

impl Chain {
    /// Deals `tokens` to so many clients.
    pub(super) fn new(server: &Pinned, tokens: &[Secret], clients: usize) -> anyhow::Result<Self> {
        let target = Target::of(server.text(&format!("/apis/{}/token_url", grants::API))?)?;
        let body_start = body_start(&server.told["apis"][grants::API]);
        let mut dealt = vec![Tokens::new(); clients];
        for (at, token) in tokens.iter().enumerate() {
            dealt[at % clients].push_back(token.expose().to_owned());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, target, body_start, clients: dealt })
    }

    /// Lets all clients refresh for so long.
    pub(super) fn run(&mut self, seconds: u32) -> anyhow::Result<Load> {
        let how_long = Duration::from_secs(seconds.into());
        let stopwatch = Stopwatch::start();
        let mut running = JoinSet::new();
        for tokens in self.clients.drain(..) {
            let client = client(self.target.clone(), self.body_start.clone(), tokens, (stopwatch, how_long));
            running.spawn_on(client, self.runtime.handle());
        }
        let mut millis = Vec::new();
        while let Some(client) = self.runtime.block_on(running.join_next()) {
            let (tokens, own) = client??;
            self.clients.push(tokens);
            millis.extend(own);
        }
        Ok(Load::of_answers(millis, stopwatch.elapsed()))
    }
}

/// Refreshes until the time is up; returns the tokens it holds then, and how long each answer took.
async fn client(
    target: Target,
    body_start: String,
    mut tokens: Tokens,
    (stopwatch, how_long): (Stopwatch, Duration),
) -> anyhow::Result<(Tokens, Vec<f64>)> {
    let mut connection = KeptConnection::open(target).await?;
    let mut millis = Vec::new();
    while stopwatch.elapsed() < how_long {
        let token = tokens.pop_front().context("a client has no token")?;
        let began = Stopwatch::start();
        let next = refresh(&mut connection, &body_start, &token).await?;
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        tokens.push_back(next);
    }
    connection.close().await?;
    Ok((tokens, millis))
}

/// Presents `token`; returns its successor.
async fn refresh(connection: &mut KeptConnection, body_start: &str, token: &str) -> anyhow::Result<String> {
    let body = connection.post([body_start, token].concat()).await?;
    let text = std::str::from_utf8(&body)?;
    // Cut out rather than parsed: the load must stay lighter than the server.
    let (_, behind) = text.split_once("\"refresh_token\":\"").context("no refresh token in the answer")?;
    let (next, _) = behind.split_once('"').context("the answer is cut off")?;
    ensure!(next != token, "the refresh token did not rotate");
    Ok(next.to_owned())
}
