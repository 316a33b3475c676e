//! `stagedoor broker`: calls to providers' APIs for programs on this machine, with tokens they never hold.

mod key;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use stagedoor_client::broker::{AllowRule, Broker, BrokerError, Settings, default_socket};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Exit, Failure};
use crate::{terminal, vault};

/// Call APIs for programs on this machine, with tokens they never hold
///
/// /NAME/path goes to the API of the credential NAME with its token, which is renewed before it ends. Programs of this user
/// reach it through a Unix socket; on a TCP port each needs a key of its own.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  stagedoor broker
  curl --unix-socket $XDG_RUNTIME_DIR/stagedoor/broker.sock http://localhost/spotify/v1/me
  stagedoor broker --allow spotify:GET:/v1 --allow bandcamp:POST:/api
  stagedoor broker key add player --for spotify     a key for the TCP port, shown once
  stagedoor broker --listen 127.0.0.1:7380          then, with the key in a file as a header:
  curl -H @key.header http://127.0.0.1:7380/spotify/v1/me

Below /_broker/ on the socket: token/NAME, status, metrics. What was asked stands in broker-audit.jsonl beside the vault.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The Unix socket [default: $XDG_RUNTIME_DIR/stagedoor/broker.sock, else broker.sock beside the vault]
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Listen on this loopback address as well, for applications that have a key; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Let only such requests through: NAME:METHOD:/path-prefix; may be repeated
    #[arg(long, value_name = "RULE")]
    allow: Vec<AllowRule>,
    /// Answer GET /metrics on this loopback address
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Print one line of JSON when ready
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Keys that applications show on the TCP port
    Key {
        #[command(subcommand)]
        command: key::Command,
    },
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(Command::Key { command }) = &arguments.command {
        return key::run(command);
    }
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("STAGEDOOR_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let vault = vault::open()?;
    // Before anyone is told that it runs: whoever stops it at once finds it ready for that too.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let settings = Settings {
        socket: arguments.socket.clone().unwrap_or_else(|| default_socket(vault.folder())),
        listen: arguments.listen,
        metrics: arguments.metrics,
        allow: arguments.allow.clone(),
    };
    let known = vault.names()?;
    for rule in arguments.allow.iter().filter(|rule| !known.contains(rule.name())) {
        eprintln!("stagedoor: warning: --allow names {}, and there is no such credential", rule.name());
    }
    let broker = Broker::open(vault, settings).await?;
    terminal::print(announced(&broker, arguments.json).as_bytes())?;
    let stop = async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    };
    broker.run(stop).await;
    Ok(())
}

fn announced(broker: &Broker, as_json: bool) -> String {
    let socket = broker.socket().display().to_string();
    let url = |address: SocketAddr| format!("http://{address}");
    if as_json {
        let (address, metrics) = (broker.address().map(url), broker.metrics_address().map(url));
        return format!("{}\n", json!({"socket": socket, "url": address, "metrics_url": metrics}));
    }
    let mut text =
        format!("The broker listens. Try:\n  curl --unix-socket {socket} http://localhost/NAME/path\n");
    if let Some(address) = broker.address() {
        let line = format!(
            "  {}/NAME/path   with a key in X-Stagedoor-Key (stagedoor broker key add APP)\n",
            url(address)
        );
        text.push_str(&line);
    }
    if let Some(address) = broker.metrics_address() {
        text.push_str(&format!("  {}/metrics\n", url(address)));
    }
    text
}

impl From<BrokerError> for Failure {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::Vault(error) => error.into(),
            BrokerError::NotLoopback(_) => Self::usage(error.to_string()),
            error => Self::new(Exit::Other, error.to_string()),
        }
    }
}
