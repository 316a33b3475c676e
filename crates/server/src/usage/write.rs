//! Writing what was counted, as long as a server runs, and once more at its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use stagedoor_protocol::Effect;
use stagedoor_protocol::usage::AppUsage;
use stagedoor_store::Store;
use stagedoor_store::figures::Stopwatch;
use tokio::sync::watch;

use super::Usage;
use crate::Server;

/// With the time a commit takes, a crash loses no more than the last second.
const PAUSE: Duration = Duration::from_millis(750);
/// Where very many apps call at once, writing takes no more than this part of the time; a crash then loses more.
const AT_MOST_ONE_OF: u32 = 10;
/// Rows of one commit, about: those who commit beside it wait for some milliseconds at most.
const ROWS: usize = 500;

/// Writes what the server that runs has counted, again and again until `stop` turns true. Await it at shutdown, and then
/// [`write_once`] when the last request is answered.
pub async fn write(current: impl Fn() -> Arc<Server>, mut stop: watch::Receiver<bool>) {
    let mut pause = PAUSE;
    while tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await.is_err() {
        let watch = Stopwatch::start();
        write_once(&current()).await;
        pause = PAUSE.max(watch.elapsed() * (AT_MOST_ONE_OF - 1));
    }
}

/// Writes what was counted until now. What cannot be written is kept for the next time.
pub async fn write_once(server: &Server) {
    for api in server.apis() {
        commit(server.store(), &api.figures.usage).await;
    }
}

async fn commit(store: &Store, usage: &Usage) {
    let tally = usage.take();
    if tally.left_out() > 0 {
        tracing::warn!(
            requests = tally.left_out(),
            "too much to count: requests are missing in the usage of apps"
        );
    }
    let mut waiting = tally.into_usage();
    loop {
        let piece = piece(&mut waiting);
        if piece.is_empty() {
            return;
        }
        let effects = piece.iter().cloned().map(Effect::CountUsage).collect();
        if let Err(error) = store.commit(effects).await {
            if !usage.is_late.swap(true, Ordering::Relaxed) {
                tracing::warn!(%error, "the usage of apps was not written; it is tried again until it is");
            }
            let piece = piece.into_iter().map(Arc::unwrap_or_clone);
            usage.put_back(piece.chain(waiting));
            return;
        }
        usage.is_late.store(false, Ordering::Relaxed);
    }
}

fn piece(waiting: &mut impl Iterator<Item = AppUsage>) -> Vec<Arc<AppUsage>> {
    let (mut rows, mut piece) = (0, Vec::new());
    while rows < ROWS
        && let Some(usage) = waiting.next()
    {
        rows += usage.rows();
        piece.push(Arc::new(usage));
    }
    piece
}
