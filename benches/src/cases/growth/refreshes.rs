//! Refresh tokens of many grants, each presented in its turn. What comes next is derived here as the server does, so that no
//! token has to be kept.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stagedoor_protocol::refresh_token;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::population::{API, Population};
use super::zipf::Zipf;
use crate::child::Pinned;
use crate::kept_connection::{KeptConnection, Target};
use crate::pairs::Load;
use crate::stopwatch::Stopwatch;

/// Clients, each with one request at a time.
const CLIENTS: usize = 64;

pub(super) struct Refreshes {
    runtime: Runtime,
    target: Target,
    turns: Arc<Turns>,
}

/// Whose turn it is.
struct Turns {
    population: Arc<Population>,
    now: Mutex<Now>,
}

struct Now {
    zipf: Zipf,
    /// How often a grant's tokens were presented, by its rank.
    presented: HashMap<u64, u32>,
    /// Grants whose token is being presented: nobody presents the same one twice at once.
    under_way: HashSet<u64>,
}

impl Refreshes {
    pub(super) fn new(server: &Pinned, population: &Arc<Population>) -> anyhow::Result<Self> {
        let now = Now {
            zipf: Zipf::new(population.size.grants, 6),
            presented: HashMap::new(),
            under_way: HashSet::new(),
        };
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            target: Target::of(server.text(&format!("/apis/{API}/token_url"))?)?,
            turns: Arc::new(Turns { population: population.clone(), now: Mutex::new(now) }),
        })
    }

    /// Lets all clients refresh for so long.
    pub(super) fn run(&mut self, seconds: u32) -> anyhow::Result<Load> {
        let (stopwatch, how_long) = (Stopwatch::start(), Duration::from_secs(seconds.into()));
        let mut running = JoinSet::new();
        for _ in 0..CLIENTS {
            let client = client(self.target.clone(), self.turns.clone(), stopwatch, how_long);
            running.spawn_on(client, self.runtime.handle());
        }
        let mut millis = Vec::new();
        while let Some(client) = self.runtime.block_on(running.join_next()) {
            millis.extend(client??);
        }
        Ok(Load::of_answers(millis, stopwatch.elapsed()))
    }
}

/// Refreshes until the time is up; how long each answer took, in milliseconds.
async fn client(
    target: Target,
    turns: Arc<Turns>,
    stopwatch: Stopwatch,
    how_long: Duration,
) -> anyhow::Result<Vec<f64>> {
    let mut connection = KeptConnection::open(target).await?;
    let mut millis = Vec::new();
    while stopwatch.elapsed() < how_long {
        let (rank, form) = turns.begin();
        let began = Stopwatch::start();
        connection.post(form).await?;
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        turns.end(rank);
    }
    connection.close().await?;
    Ok(millis)
}

impl Turns {
    /// The next grant's rank, and the form that presents its newest token.
    fn begin(&self) -> (u64, String) {
        let (rank, presented) = {
            let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            let rank = loop {
                let rank = now.zipf.draw();
                if now.under_way.insert(rank) {
                    break rank;
                }
            };
            (rank, now.presented.get(&rank).copied().unwrap_or_default())
        };
        let population = &self.population;
        let token = refresh_token::derive(&population.rules, &population.grant(rank), presented + 1);
        let app_rank = population.app_rank_of(rank);
        let form = format!(
            "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
            population.client_id(app_rank),
            population.secret(app_rank),
            token.expose()
        );
        (rank, form)
    }

    fn end(&self, rank: u64) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.under_way.remove(&rank);
        *now.presented.entry(rank).or_default() += 1;
    }
}
