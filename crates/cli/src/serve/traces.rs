//! Finished spans go to the collector, some at a time. What it does not take is lost and counted: no request waits for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use stagedoor_server::config::TracesConfiguration;
use stagedoor_server::traces::{Span, Traces, encode};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Spans sent at a time.
const BATCH: usize = 512;
/// How long the first of them waits for others.
const GATHERING: Duration = Duration::from_secs(1);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what is left may take when the server stops.
const AT_THE_END: Duration = Duration::from_secs(5);

/// Sends until it is told to end.
pub(super) struct Exporter {
    running: JoinHandle<()>,
    end: oneshot::Sender<()>,
}

/// Starts to trace as configured.
pub(super) fn start(configured: TracesConfiguration) -> anyhow::Result<(Arc<Traces>, Exporter)> {
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy().build();
    let client = client.context("the client for traces cannot be set up")?;
    let (traces, finished) = Traces::new(configured.sample_ratio);
    let mut sending =
        Sending { client, endpoint: configured.endpoint, traces: traces.clone(), finished, is_away: false };
    let (end, ended) = oneshot::channel();
    let running = tokio::spawn(async move { sending.run(ended).await });
    Ok((traces, Exporter { running, end }))
}

impl Exporter {
    /// Sends what is left. Nothing is traced any more by then.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        // It listens until it has ended.
        let _ = self.end.send(());
        Ok(self.running.await?)
    }
}

struct Sending {
    client: reqwest::Client,
    endpoint: reqwest::Url,
    traces: Arc<Traces>,
    finished: mpsc::Receiver<Span>,
    /// Whether the collector did not take the last ones.
    is_away: bool,
}

impl Sending {
    async fn run(&mut self, mut ended: oneshot::Receiver<()>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let is_over = tokio::select! {
                () = gather(&mut self.finished, &mut batch) => false,
                // An error says that nobody is left who could say so.
                _ = &mut ended => true,
            };
            if is_over {
                while let Ok(span) = self.finished.try_recv() {
                    batch.push(span);
                }
                if tokio::time::timeout(AT_THE_END, self.send_all(&batch)).await.is_err() {
                    tracing::warn!(spans = batch.len(), "the collector did not take the last traces in time");
                }
                return;
            }
            self.send_all(&batch).await;
            batch.clear();
        }
    }

    async fn send_all(&mut self, spans: &[Span]) {
        for batch in spans.chunks(BATCH) {
            match self.send(batch).await {
                Ok(()) if self.is_away => {
                    self.is_away = false;
                    tracing::info!("the collector takes traces again");
                }
                Ok(()) => {}
                Err(why) => {
                    self.traces.lose(batch.len() as u64);
                    // Once is enough until it is there again.
                    if !std::mem::replace(&mut self.is_away, true) {
                        tracing::warn!(
                            why,
                            "the collector does not take traces; they are lost until it does"
                        );
                    }
                }
            }
        }
    }

    async fn send(&self, spans: &[Span]) -> Result<(), String> {
        let request = self.client.post(self.endpoint.clone()).header(CONTENT_TYPE, "application/x-protobuf");
        let answered = request.body(encode(spans)).send().await.map_err(|error| error.to_string())?;
        if answered.status().is_success() {
            Ok(())
        } else {
            Err(format!("it answered {}", answered.status()))
        }
    }
}

/// Waits for spans. Those that have come stay in `batch` also when it is waited no longer.
async fn gather(finished: &mut mpsc::Receiver<Span>, batch: &mut Vec<Span>) {
    if finished.recv_many(batch, BATCH).await == 0 {
        // Nothing is traced any more; whoever knows that ends this.
        std::future::pending::<()>().await;
    }
    let more = async { while batch.len() < BATCH && finished.recv_many(batch, BATCH).await > 0 {} };
    // Those who have waited long enough go.
    let _ = tokio::time::timeout(GATHERING, more).await;
}
