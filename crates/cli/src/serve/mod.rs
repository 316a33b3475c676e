//! `stagedoor serve`: a server as its configuration says.

mod admin;
mod file_size;
pub(crate) mod lock;
mod traces;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use stagedoor_server::config::{Configuration, LogFormat};
use stagedoor_server::figures::Figures;
use stagedoor_server::front::Front;
use stagedoor_server::listen::{self, ListenerOptions};
use stagedoor_server::{Clock, FiguresListener, Insight, jobs};
use stagedoor_store::{Store, StoreOptions};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::check;
use crate::failure::Failure;
use crate::log::{self, Lines};
use traces::Exporter;

/// Run a server of your own
///
/// It stands in front of the APIs that its configuration names, until SIGTERM or Ctrl-C; what is in flight is finished.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor init                                             write a configuration to begin with
  stagedoor serve                                            run it
  stagedoor serve --config /etc/stagedoor/stagedoor.toml")]
pub(crate) struct Arguments {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml")]
    config: PathBuf,
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = check::read(&arguments.config)?;
    let lines = match configuration.log.format {
        LogFormat::Pretty => Lines::Pretty,
        LogFormat::Json => Lines::Json,
    };
    log::to_stderr(configuration.log.level.as_str(), lines)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(serve(configuration))?)
}

async fn serve(configuration: Configuration) -> anyhow::Result<()> {
    // Before anyone is told that it runs: whoever stops it at once finds it ready for that too.
    let terminated = terminated()?;
    file_size::survive_limit()?;
    let _lock = lock::take(&configuration.database)?;
    let listeners = bind(&configuration.server.listen).await?;
    let bound = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
    let origin = configuration.server.origin(bound[0]);
    let clock = Clock::default();
    let options = StoreOptions {
        longest_token_seconds: configuration.longest_token_seconds(),
        ..StoreOptions::default()
    };
    let store = Store::open(&configuration.database, options, clock.now())
        .with_context(|| configuration.database.display().to_string())?;
    let connections = configuration.server.connections;
    let figures_listener = match configuration.metrics.listen {
        Some(address) => bind(&[address]).await?.pop(),
        None => None,
    };
    let admin_socket = configuration.admin_socket.clone();
    let (insight, exporter) = insight(&configuration)?;
    let front = Arc::new(Front::new(configuration, &origin, &store, &clock, &insight)?);

    let (stop, stopping) = watch::channel(false);
    let everything = front.everything();
    let number = everything.apis().len();
    let cleaner = tokio::spawn(jobs::clean(move || everything.clone(), stopping.clone()));
    let mut served = JoinSet::new();
    let administered = front.clone();
    served.spawn(admin::listen(&admin_socket, move || administered.everything(), stopping.clone())?);
    admin::say_if_there_is_no_administrator(&front.everything()).await;
    for listener in listeners {
        served.spawn(listen::serve(listener, connections, front.clone(), stopped(stopping.clone())));
    }
    let mut metrics = String::new();
    if let Some(listener) = figures_listener {
        metrics = format!("http://{}/metrics", listener.local_addr()?);
        let front = front.clone();
        let handler = Arc::new(FiguresListener(move || front.everything()));
        served.spawn(listen::serve(listener, ListenerOptions::default(), handler, stopped(stopping.clone())));
    }
    let listens = bound.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    tracing::info!(url = origin, listens, metrics, apis = number, "ready");
    terminated.await;
    tracing::info!("stopping");
    stop.send_replace(true);
    while let Some(ended) = served.join_next().await {
        ended?;
    }
    cleaner.await?;
    store.close().await;
    if let Some(exporter) = exporter {
        exporter.end().await?;
    }
    Ok(())
}

/// What is noted of requests, and what sends traces on.
fn insight(configuration: &Configuration) -> anyhow::Result<(Insight, Option<Exporter>)> {
    let (traces, exporter) = match &configuration.traces {
        Some(configured) => {
            let (traces, exporter) = traces::start(configured.clone())?;
            (Some(traces), Some(exporter))
        }
        None => (None, None),
    };
    let insight = Insight {
        figures: Arc::new(Figures::new(configuration.metrics.apps)),
        own_listener: configuration.metrics.listen.is_some(),
        access_log: configuration.log.access,
        traces,
    };
    Ok((insight, exporter))
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error says that the sender is gone, which is the end too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn bind(addresses: &[SocketAddr]) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        let bound = TcpListener::bind(address).await;
        listeners.push(bound.with_context(|| {
            format!("cannot listen on {address}: see that nothing else does, and that this user may")
        })?);
    }
    Ok(listeners)
}

fn terminated() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}
