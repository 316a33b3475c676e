//! Measures Stagedoor beside bare baselines and prints Markdown. `benches/run` builds it and gives it a core.
//!
//! This process is the load (or starts wrk, which inherits its core); the servers it starts run on the other core.

mod bare_server;
mod cases;
mod child;
mod disk;
mod http_client;
mod kept_connection;
mod pairs;
mod report;
mod stopwatch;
mod token_server;
mod usage;
mod wrk;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, ValueEnum};

/// Connections of the load generator.
const CONNECTIONS: usize = 50;

#[derive(Parser)]
struct Arguments {
    /// Pairs of runs: baseline, ours, baseline, ours, …
    #[arg(long, default_value_t = 7)]
    pairs: u32,
    /// Seconds of each run
    #[arg(long, default_value_t = 3)]
    seconds: u32,
    /// The binary under test
    #[arg(long, env = "STAGEDOOR")]
    stagedoor: PathBuf,
    /// The core its server runs on
    #[arg(long, env = "SERVER_CORE", default_value_t = 0)]
    server_core: u32,
    /// The core this program was given
    #[arg(long, env = "LOAD_CORE", default_value_t = 1)]
    load_core: u32,
    /// Apps of the case `growth`
    #[arg(long, default_value_t = 1_000_000)]
    apps: u64,
    /// Grants of the case `growth`
    #[arg(long, default_value_t = 10_000_000)]
    grants: u64,
    /// What to measure; everything but `app-usage` and `growth` by default
    cases: Vec<Case>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Case {
    /// Client credentials without a row
    Token,
    /// Bearer check and one artist
    Api,
    /// Durable refresh
    Refresh,
    /// A call through the client's broker
    Broker,
    /// Tokens made and checked in process
    InProcess,
    /// Memory and time to start
    Process,
    /// `stagedoor token` for a live token
    ClientToken,
    /// Tokens from memory, in one process
    ClientCached,
    /// A hundred processes that find the same token ended
    ClientStorm,
    /// Counting for apps, and the page that shows it, over a year that takes a minute to write
    AppUsage,
    /// Many apps and grants beside few; the first time it makes a database of several gigabytes
    Growth,
}

/// What every case needs.
struct Setting {
    pairs: u32,
    seconds: u32,
    stagedoor: PathBuf,
    bare: PathBuf,
    /// The program that prints a constant.
    constant: PathBuf,
    server_core: u32,
    load_core: u32,
    /// Databases and keys of this run; on the disk that the figures are about.
    folder: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let beside = std::env::current_exe()?.parent().context("this program lies in a folder")?.to_owned();
    let folder = tempfile::Builder::new().prefix("speed-").tempdir_in(&beside)?;
    let setting = Setting {
        pairs: arguments.pairs.max(1),
        seconds: arguments.seconds.max(1),
        stagedoor: arguments.stagedoor,
        bare: beside.join("stagedoor-bare"),
        constant: beside.join("stagedoor-constant"),
        server_core: arguments.server_core,
        load_core: arguments.load_core,
        folder: folder.path().to_owned(),
    };
    let wanted = |case| arguments.cases.is_empty() || arguments.cases.contains(&case);
    let mut compared = Vec::new();
    if wanted(Case::Token) || wanted(Case::Api) {
        compared.extend(cases::over_http(&setting, wanted(Case::Token), wanted(Case::Api))?);
    }
    let mut notes = Vec::new();
    if wanted(Case::Refresh) {
        let (row, disk) = cases::refresh(&setting)?;
        compared.push(row);
        notes.push(disk);
    }
    if wanted(Case::Broker) {
        compared.push(cases::broker(&setting)?);
    }
    let mut figures = Vec::new();
    if arguments.cases.contains(&Case::Growth) {
        let (rows, grown) = cases::growth(&setting, arguments.apps, arguments.grants)?;
        compared.extend(rows);
        figures.extend(grown);
    }
    if arguments.cases.contains(&Case::AppUsage) {
        figures.extend(cases::app_usage(&setting)?);
    }
    report::comparisons(&setting, &compared, &notes);
    if wanted(Case::InProcess) {
        figures.extend(cases::in_process(&setting)?);
    }
    if wanted(Case::Process) {
        figures.extend(cases::process(&setting)?);
    }
    if wanted(Case::ClientToken) {
        figures.extend(cases::client::token(&setting)?);
    }
    if wanted(Case::ClientCached) {
        figures.extend(cases::client::cached(&setting)?);
    }
    if wanted(Case::ClientStorm) {
        figures.extend(cases::client::storm(&setting)?);
    }
    report::figures(&figures);
    Ok(())
}
