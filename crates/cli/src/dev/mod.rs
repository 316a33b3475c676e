//! `stagedoor dev`: all four APIs on one loopback port, with demo accounts and data, a clock that can be moved and faults
//! that can be asked for.

mod address;
mod announce;
mod apis;
mod demo;
mod folder;
mod paste;
mod plan;
mod state;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use stagedoor_server::dev::Dev;
use stagedoor_server::listen::{self, Listener, ListenerOptions};
use stagedoor_server::{Clock, jobs, usage};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::log::{self, Lines};
use apis::Mounts;
use folder::Folder;
use plan::Plan;
use state::OwnRedirectUri;

/// Run all four APIs on this machine, with demo accounts and data.
///
/// Each API stands under a path of its own: /bandcamp, /spotify, /spotify-ads, /soundcharts, and /standard for plain
/// RFCs. What to paste is printed, and shown at / in a browser. Nothing leaves this machine.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor dev                              all four on http://127.0.0.1:8080
  stagedoor dev --listen 0 --json            any free port, told in one line of JSON
  stagedoor dev --redirect-uri spotify=http://127.0.0.1:5173/callback
  curl -X POST http://127.0.0.1:8080/_dev/clock -d '{\"advance_seconds\": 3601}'
  curl -H 'X-Stagedoor-Fault: 429;retry-after=5' http://127.0.0.1:8080/spotify/v1/me

What goes wrong is logged to stderr; STAGEDOOR_LOG says how much: error, warn (the default), info, debug or trace.")]
pub(crate) struct Arguments {
    /// Port or address to listen on: loopback only; port 0 takes any free port
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = address::read)]
    listen: SocketAddr,
    /// Folder for database and keys [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A redirect URI of yours for the demo apps of an API, such as spotify=http://127.0.0.1:5173/callback; may be repeated
    #[arg(long, value_name = "API=URI")]
    redirect_uri: Vec<OwnRedirectUri>,
    /// A file of accounts, teams and apps of yours, added to those of the demo
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A dialect file of your own, served under /NAME with a demo client; may be repeated
    #[arg(long, value_name = "FILE")]
    dialect: Vec<PathBuf>,
    /// Lift every limit, for load runs
    #[arg(long)]
    unlimited: bool,
    /// Print one line of JSON when ready, and everything else to stderr
    #[arg(long)]
    json: bool,
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    if !arguments.listen.ip().is_loopback() {
        bail!(
            "dev listens on loopback only: its credentials are public; use --listen 127.0.0.1:{}",
            arguments.listen.port()
        );
    }
    drop(log::to_stderr("warn", Lines::Pretty)?);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(arguments))
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: is it taken? --listen 127.0.0.1:0 takes any free port",
            arguments.listen
        )
    })?;
    let origin = format!("http://{}", listener.local_addr()?);
    // Before anyone is told that it runs: whoever stops it at once finds it ready for that too.
    let terminated = terminated()?;
    let mounts = Mounts::read(&origin, &arguments.dialect, arguments.unlimited)?;
    let mut state = demo::state(&mounts)?;
    state::register(&mut state, &arguments.redirect_uri, &mounts)?;
    // Told are the demo's own apps; whoever brings others knows them.
    let told = announce::facts(&mounts, &state)?;
    let home = paste::home(&mounts, &told);
    if let Some(file) = &arguments.state {
        state::add(&mut state, file, &mounts)?;
    }
    let folder = Folder::take(arguments.data_dir.as_deref())?;
    let plan = Arc::new(Plan { folder, mounts, state, clock: Clock::default() });
    let server = plan.open().await?;
    let (stop, stopping) = watch::channel(false);
    announce::announce(&told, &home, arguments.json)?;
    let dev = Arc::new(Dev::new(server, plan::restart(plan.clone()), home, stopping.clone()));
    let (cleaned, counted) = (dev.clone(), dev.clone());
    let cleaner = tokio::spawn(jobs::clean(move || cleaned.current(), stopping.clone()));
    let counter = tokio::spawn(usage::write(move || counted.current(), stopping));
    let stopped = async {
        terminated.await;
        stop.send_replace(true);
    };
    let listener = Listener::plain(listener, ListenerOptions::default());
    listen::serve(listener, dev.clone(), stopped).await;
    cleaner.await?;
    counter.await?;
    usage::write_once(&dev.current()).await;
    dev.current().store().close().await;
    Ok(())
}

fn terminated() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}
