//! `stagedoor serve`: a server as its configuration says.

mod admin;
mod file_size;
mod limits;
pub(crate) mod lock;
mod reload;
mod signals;
mod sockets;
mod systemd;
mod traces;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context;
use stagedoor_server::config::{Configuration, LogFormat};
use stagedoor_server::figures::Figures;
use stagedoor_server::front::Lasting;
use stagedoor_server::listen::{self, Listener, ListenerOptions};
use stagedoor_server::mail::{self, Post, Sending};
use stagedoor_server::running::Running;
use stagedoor_server::{Clock, FiguresListener, Insight, jobs, usage};
use stagedoor_store::{Store, StoreOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::check;
use crate::failure::Failure;
use crate::log::{self, Level, Lines};
use reload::Reload;
use signals::{Signal, Signals};
use systemd::Systemd;
use traces::Exporter;

/// Run a server of your own
///
/// It stands in front of the APIs that its configuration names, until SIGTERM or Ctrl-C; what is in flight is finished. At
/// SIGHUP it reads the configuration again.
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
    let level = log::to_stderr(configuration.log.level.as_str(), lines)?;
    limits::raise();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(serve(configuration, arguments.config.clone(), level))?)
}

async fn serve(configuration: Configuration, file: PathBuf, level: Level) -> anyhow::Result<()> {
    // Before anyone is told that it runs: whoever stops it at once finds it ready for that too.
    let mut signals = Signals::catch()?;
    let systemd = Systemd::from_environment();
    file_size::survive_limit()?;
    let _lock = lock::take(&configuration.database)?;
    let listeners = sockets::open(&configuration.server.listen).await?;
    let bound = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
    let url = configuration.server.origin(bound[0]);
    let clock = Clock::default();
    let store = open(&configuration, &clock)?;
    configuration.warn(clock.now());
    let figures_listener = match configuration.metrics.listen {
        Some(address) => Some(sockets::bind(address).await?),
        None => None,
    };
    let admin_socket = configuration.admin.socket.clone();
    let (insight, exporter) = insight(&configuration)?;
    let is_stopping = insight.stopping.clone();
    let (post, sending) = post(&configuration)?;
    let lasting = Lasting::new(store.clone(), clock.clone(), insight).with_post(post);
    let running = Arc::new(Running::start(configuration, bound[0], lasting)?);

    let (stop, stopping) = watch::channel(false);
    let jobs = in_the_background(&running, &systemd, &stopping);
    let mut served = JoinSet::new();
    let administered = running.clone();
    served.spawn(admin::listen(&admin_socket, move || administered.everything(), stopping.clone())?);
    admin::say_if_there_is_no_administrator(&running.everything()).await;
    for listener in listeners {
        served.spawn(listen::serve(running.listener(listener), running.clone(), stopped(stopping.clone())));
    }
    let mut metrics = String::new();
    if let Some(listener) = figures_listener {
        metrics = format!("http://{}/metrics", listener.local_addr()?);
        let current = running.clone();
        let handler = Arc::new(FiguresListener(move || current.everything()));
        let listener = Listener::plain(listener, ListenerOptions::default());
        served.spawn(listen::serve(listener, handler, stopped(stopping.clone())));
    }
    let listens = bound.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    tracing::info!(url, listens, metrics, apis = running.everything().apis().len(), "ready");
    systemd.ready();
    let reload = Reload { file, running: running.clone(), level, clock };
    while signals.next().await == Signal::Reload {
        systemd.reloading();
        reload.now().await?;
        systemd.ready();
    }
    tracing::info!("stopping");
    systemd.stopping();
    is_stopping.store(true, Ordering::Relaxed);
    stop.send_replace(true);
    all_ended(served).await?;
    all_ended(jobs).await?;
    usage::write_once(&running.everything()).await;
    if let Some(sending) = sending {
        sending.end().await?;
    }
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
        stopping: Arc::default(),
    };
    Ok((insight, exporter))
}

/// Where mails go, and what sends them.
fn post(configuration: &Configuration) -> anyhow::Result<(Post, Option<Sending>)> {
    let Some(configured) = &configuration.mail else { return Ok((Post::Nowhere, None)) };
    let (post, sending) = mail::start(configured)?;
    Ok((post, Some(sending)))
}

fn in_the_background(
    running: &Arc<Running>,
    systemd: &Systemd,
    stopping: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let current = running.clone();
    let mut jobs = JoinSet::new();
    jobs.spawn(jobs::clean(move || current.everything(), stopping.clone()));
    let current = running.clone();
    jobs.spawn(usage::write(move || current.everything(), stopping.clone()));
    jobs.spawn(running.clone().watch(stopping.clone()));
    jobs.spawn(systemd.clone().keep_watchdog(stopping.clone()));
    jobs
}

async fn all_ended(mut tasks: JoinSet<()>) -> anyhow::Result<()> {
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    Ok(())
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error says that the sender is gone, which is the end too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

fn open(configuration: &Configuration, clock: &Clock) -> anyhow::Result<Store> {
    let options = StoreOptions {
        longest_token_seconds: configuration.longest_token_seconds(),
        ..StoreOptions::default()
    };
    Store::open(&configuration.database, options, clock.now())
        .with_context(|| configuration.database.display().to_string())
}
