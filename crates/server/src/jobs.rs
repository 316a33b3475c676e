//! Work in the background: expired rows go, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::grant::all_ended_if_authorized_before;
use stagedoor_store::{Over, OverGrants};
use tokio::sync::watch;

use crate::{Api, Server};

const PAUSE: Duration = Duration::from_secs(10);
/// Between one batch and the next, while there is more to do: most of the time belongs to those who commit.
const BREATH: Duration = Duration::from_millis(10);
const ROWS_AT_A_TIME: u32 = 500;

/// Cleans the server that runs until `stop` turns true. Await it at shutdown.
pub async fn clean(current: impl Fn() -> Arc<Server>, mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(PAUSE, stop.wait_for(|stop| *stop)).await.is_err() {
        while clean_once(&current()).await
            && tokio::time::timeout(BREATH, stop.wait_for(|stop| *stop)).await.is_err()
        {}
    }
}

/// Whether there is more to do at once.
async fn clean_once(server: &Server) -> bool {
    let now = server.clock().now();
    for api in server.apis() {
        if let Some(quota) = api.limits.as_ref().and_then(|limits| limits.quota.as_ref()) {
            quota.clean(now);
        }
    }
    match server.store().clean(Over { now, grants: over_grants(server, now) }, ROWS_AT_A_TIME).await {
        Ok(cleaned) => cleaned.more,
        Err(error) => {
            tracing::warn!(%error, "cleaning failed; it is tried again later");
            false
        }
    }
}

/// The grants whose refresh tokens have ended by their dialect's rule.
fn over_grants(server: &Server, now: Timestamp) -> Vec<OverGrants> {
    let of = |api: &Arc<Api>| {
        let ends = api.dialect().refresh_token.as_ref()?.ends;
        let authorized_before = all_ended_if_authorized_before(ends, now)?;
        Some(OverGrants { api: api.rules.api.clone(), authorized_before })
    };
    server.apis().iter().filter_map(of).collect()
}
