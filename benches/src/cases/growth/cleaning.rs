//! How long cleaning holds the writer, and what those who commit meanwhile see of it. In process, as the server does it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use stagedoor_protocol::Effect;
use stagedoor_protocol::grant::Succession;
use stagedoor_store::{CommitError, Over, OverGrants, Store, StoreOptions};
use tokio::task::JoinSet;

use super::population::{API, Population, rank};
use crate::pairs::{Spread, grouped};
use crate::report::Figure;
use crate::stopwatch::{self, Stopwatch};

/// Those who commit, each one thing after the other.
const COMMITTERS: u64 = 8;
const LONGEST: Duration = Duration::from_secs(20);
/// As many rows at once as the server asks for.
const ROWS_AT_A_TIME: u32 = 500;

/// Lets a fifth of the grants be over.
pub(super) fn cleaning(folder: &Path, population: &Arc<Population>) -> anyhow::Result<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let store = Store::open(&folder.join("stagedoor.db"), StoreOptions::default(), stopwatch::now())?;
    let living_from = population.size.grants / 5;
    // Later by what the last tokens may have lived by any configuration.
    let authorized_before = population.authorized(living_from).plus_seconds(86_400 + 5);
    let over =
        Over { now: stopwatch::now(), grants: vec![OverGrants { api: API.into(), authorized_before }] };
    let alone = runtime.block_on(beside(&store, population, living_from, async || {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok((Vec::new(), 0))
    }))?;
    let both =
        runtime.block_on(beside(&store, population, living_from, async || clean(&store, &over).await))?;
    runtime.block_on(store.close());
    let rows = grouped(f64::from(both.rows) / both.seconds, 0);
    let commits = |spread: &Spread| {
        let at = |share| grouped(spread.percentile(share), 2);
        format!("{}, {}, {}", at(0.5), at(0.99), at(1.0))
    };
    let figure = |what: &str, unit, shown, target| Figure { what: what.to_owned(), unit, shown, target };
    Ok(vec![
        figure("cleaning, one time from asking to answer", "ms", both.cleanings.show(2), "≤ 50"),
        figure("rows cleaned a second, 8 committing beside it", "", rows, "–"),
        figure("a commit without cleaning: median, 99 %, longest", "ms", commits(&alone.commits), "–"),
        figure("a commit beside cleaning: median, 99 %, longest", "ms", commits(&both.commits), "–"),
    ])
}

struct Seen {
    cleanings: Spread,
    commits: Spread,
    rows: u32,
    seconds: f64,
}

/// Commits as long as `what` goes on; that gives how long each of its parts took, and rows.
async fn beside(
    store: &Store,
    population: &Arc<Population>,
    living_from: u64,
    what: impl AsyncFnOnce() -> anyhow::Result<(Vec<f64>, u32)>,
) -> anyhow::Result<Seen> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut committers = JoinSet::new();
    for number in 0..COMMITTERS {
        let (store, population, stop) = (store.clone(), population.clone(), stop.clone());
        let places = living_from..population.size.grants;
        committers.spawn(async move {
            let (mut random, mut millis) = (StdRng::seed_from_u64(number), Vec::new());
            while !stop.load(Ordering::Relaxed) {
                let place = random.random_range(places.clone());
                millis.push(commit(&store, &population, place).await?);
            }
            Ok::<_, anyhow::Error>(millis)
        });
    }
    let stopwatch = Stopwatch::start();
    let (cleanings, rows) = what().await?;
    let seconds = stopwatch.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let mut commits = Vec::new();
    while let Some(millis) = committers.join_next().await {
        commits.extend(millis??);
    }
    let spread = |millis: Vec<f64>| millis.into_iter().collect::<Spread>();
    Ok(Seen { cleanings: spread(cleanings), commits: spread(commits), rows, seconds })
}

/// Presents a grant's first token; milliseconds until it is durable.
async fn commit(store: &Store, population: &Population, place: u64) -> anyhow::Result<f64> {
    let grant = population.grant(rank(place, population.size.grants)).id;
    let present = Effect::Present { grant, was: 0, now: Succession { presented: 1, at: population.began } };
    let stopwatch = Stopwatch::start();
    match store.commit(vec![present]).await {
        // Presented before, here or by the refreshes.
        Ok(()) | Err(CommitError::Conflict) => Ok(stopwatch.elapsed().as_secs_f64() * 1e3),
        Err(error) => Err(error.into()),
    }
}

/// Cleans until nothing is left, or the time is up; milliseconds of each time, and rows.
async fn clean(store: &Store, over: &Over) -> anyhow::Result<(Vec<f64>, u32)> {
    let (mut millis, mut rows) = (Vec::new(), 0);
    let stopwatch = Stopwatch::start();
    while stopwatch.elapsed() < LONGEST {
        let began = Stopwatch::start();
        let cleaned = store.clean(over.clone(), ROWS_AT_A_TIME).await?;
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        rows += cleaned.rows;
        if !cleaned.more {
            break;
        }
    }
    Ok((millis, rows))
}
