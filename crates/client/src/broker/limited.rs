//! Cool-downs: while a provider wants no requests of an app, none is sent, by any process, whoever the app acts for.

use std::time::Duration;

use http::Response;
use http::header::RETRY_AFTER;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::Shared;
use super::body::Body;
use super::credential_entry::CredentialEntry;
use super::refusal::Refusal;
use crate::call::limits;
use crate::vault::CoolDown;

/// The most of a 429 that is read.
const MAX_BYTES: usize = 64 * 1024;
/// How long its body may take. Behind that the header fields alone count.
const BODY: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });

/// Refuses while a cool-down runs.
pub(super) fn check(broker: &Shared, entry: &CredentialEntry) -> Result<(), Refusal> {
    match entry.cool_down(broker.clock.now()) {
        Some((cool_down, seconds)) => Err(refusal(entry, &cool_down, seconds)),
        None => Ok(()),
    }
}

/// Writes down what a 429 asks for, for this and later processes, and hands it on.
pub(super) async fn note(
    broker: &Shared,
    entry: &CredentialEntry,
    answer: Response<Incoming>,
) -> Result<Response<Body>, Refusal> {
    let now = broker.clock.now();
    let (mut parts, body) = answer.into_parts();
    let body = timeout(BODY, Limited::new(body, MAX_BYTES).collect()).await;
    let body = body.ok().and_then(Result::ok).map(|body| body.to_bytes());
    let said = body.as_deref().unwrap_or_default();
    let cool_down = limits::cool_down(&entry.source.provider().dialect, &parts.headers, said, now);
    entry.figures.cool_down();
    broker.credentials.cool_down(&entry.key, &cool_down);
    let (vault, key, noted) = (broker.vault.clone(), entry.key.clone(), cool_down.clone());
    let written = tokio::task::spawn_blocking(move || vault.set_cool_down(&key, &noted)).await;
    if let Ok(Err(error)) = written {
        tracing::warn!(%error, "cannot write a cool-down down");
    }
    match body {
        Some(body) => {
            parts.headers.entry(RETRY_AFTER).or_insert_with(|| cool_down.seconds.into());
            Ok(Response::from_parts(parts, Body::whole(body)))
        }
        None => Err(refusal(entry, &cool_down, cool_down.seconds)),
    }
}

fn refusal(entry: &CredentialEntry, cool_down: &CoolDown, seconds: u32) -> Refusal {
    let CoolDown { until, why, .. } = *cool_down;
    Refusal::CoolingDown { title: entry.title().to_owned(), why, until, seconds }
}
