//! Tokens from memory, in one process: 64 tasks ask a shared source over and over.

use rustix::thread::{CpuSet, sched_setaffinity};
use stagedoor_client::{HttpClient, Provider, TokenSource};
use stagedoor_wire::Dialect;
use tokio::runtime::{Builder, Runtime};

use anyhow::Context;

use super::vault;
use crate::Setting;
use crate::pairs::Spread;
use crate::report::Figure;
use crate::stopwatch::Stopwatch;

const TASKS: u32 = 64;
const TOKENS_EACH: u32 = 50_000;
/// A task that never waits lets the others on after so many.
const AT_A_TIME: u32 = 100;

/// Measures it on one core and on two.
pub(crate) fn cached(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let cores = [setting.load_core, setting.server_core];
    [&cores[..1], &cores].map(|cores| on(setting, cores)).into_iter().collect()
}

fn on(setting: &Setting, cores: &[u32]) -> anyhow::Result<Figure> {
    let folder = setting.folder.join(format!("cached-{}", cores.len()));
    let vault = vault::make(&folder, "standard", "http://127.0.0.1:9/standard", true)?;
    let dialect = Dialect::built_in("standard").context("the dialect is missing")?;
    let provider = Provider::at(dialect, vault.read(&vault::name()?)?.context("no credential")?.provider.api);
    let source = TokenSource::new(vault, vault::name()?, provider, HttpClient::new());
    let runtime = runtime(cores)?;
    let round = || runtime.block_on(tokens_a_second(&source));
    round()?;
    let rounds = (0..setting.pairs).map(|_| round()).collect::<anyhow::Result<Spread>>()?;
    Ok(Figure {
        what: format!("tokens from memory over {TASKS} tasks, {} core(s)", cores.len()),
        unit: "million/s",
        shown: rounds.show(1),
        target: "≥ 5",
    })
}

async fn tokens_a_second(source: &TokenSource) -> anyhow::Result<f64> {
    let stopwatch = Stopwatch::start();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move {
                for _ in 0..TOKENS_EACH / AT_A_TIME {
                    for _ in 0..AT_A_TIME {
                        std::hint::black_box(source.token().await?);
                    }
                    tokio::task::yield_now().await;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(f64::from(TASKS * TOKENS_EACH) / stopwatch.elapsed().as_secs_f64() / 1e6)
}

/// With a worker for each core, wherever this program itself runs.
fn runtime(cores: &[u32]) -> anyhow::Result<Runtime> {
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core as usize));
    // A core that is not there leaves the thread where it is.
    let place = move || {
        let _ = sched_setaffinity(None, &set);
    };
    Ok(Builder::new_multi_thread().worker_threads(cores.len()).on_thread_start(place).enable_all().build()?)
}
