//! `stagedoor dev`: all four APIs on one loopback port, with demo accounts and data, a clock that can be moved and faults
//! that can be asked for.

mod announce;
mod apis;
mod demo;
mod paste;

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_server::dev::{Dev, Restart};
use stagedoor_server::password::Passwords;
use stagedoor_server::{Api, Clock, Server, entropy, jobs, listen};
use stagedoor_store::{Store, StoreOptions};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use apis::Mounts;

/// Run all four APIs on this machine, with demo accounts and data.
///
/// Each API stands under a path of its own: /bandcamp, /spotify, /spotify-ads, /soundcharts, and /standard for plain
/// RFCs. What to paste is printed. Nothing leaves this machine.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor dev                              all four on http://127.0.0.1:8080
  stagedoor dev --listen 127.0.0.1:0 --json  any free port, told in one line of JSON
  curl -X POST http://127.0.0.1:8080/_dev/clock -d '{\"advance_seconds\": 3601}'
  curl -H 'X-Stagedoor-Fault: 429;retry-after=5' http://127.0.0.1:8080/spotify/v1/me")]
pub(crate) struct Arguments {
    /// Address to listen on: loopback only; port 0 takes any free port
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Folder for database and keys [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
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
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("STAGEDOOR_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
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
    let temporary = tempfile::Builder::new().prefix("stagedoor-dev-").tempdir()?;
    let folder = arguments.data_dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let _lock = lock(&folder)?;
    let plan = Arc::new(Plan {
        folder,
        mounts: Mounts::read(&origin, &arguments.dialect, arguments.unlimited)?,
        clock: Clock::default(),
    });
    let server = plan.open().await?;
    let dev = Arc::new(Dev::new(server, restart(plan.clone())));
    let (stop, stopping) = watch::channel(false);
    let current = dev.clone();
    let cleaner = tokio::spawn(jobs::clean(move || current.current(), stopping));
    announce::announce(&plan.mounts, arguments.json)?;
    listen::serve(listener, dev.clone(), terminated).await;
    stop.send(true)?;
    cleaner.await?;
    dev.current().store().close().await;
    Ok(())
}

fn terminated() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}

fn restart(plan: Arc<Plan>) -> Restart {
    Box::new(move |old| {
        let plan = plan.clone();
        Box::pin(async move {
            old.store().close().await;
            let opened = match plan.forget() {
                Ok(()) => plan.open().await,
                Err(error) => Err(error),
            };
            opened.map_err(|error| format!("{error:#}"))
        })
    })
}

/// What a server is made from, at the start and after a reset.
struct Plan {
    folder: PathBuf,
    mounts: Mounts,
    clock: Clock,
}

impl Plan {
    /// Opens the store, filling an empty one with the demo state.
    async fn open(&self) -> anyhow::Result<Arc<Server>> {
        let now = self.clock.now();
        let keys = Arc::new(self.keys()?);
        let options =
            StoreOptions { cached_apps: 100_000, longest_token_seconds: self.mounts.longest_token_seconds() };
        let store = Store::open(&self.database(), options, now)?;
        let state = demo::state(&self.mounts)?;
        let passwords = Arc::new(Passwords::default());
        let settings = self.mounts.settings(&state);
        let apis: Vec<Arc<Api>> = settings
            .into_iter()
            .map(|api| {
                Arc::new(Api::new(api, keys.clone(), store.clone(), self.clock.clone(), passwords.clone()))
            })
            .collect();
        if store.is_empty()? {
            store.commit(state.effects(&apis, now)?).await?;
        }
        Ok(Arc::new(Server::new(apis, store, self.clock.clone())))
    }

    /// The key file's keys; a new file where there is none.
    fn keys(&self) -> anyhow::Result<KeyRing> {
        let path = self.folder.join("stagedoor.key");
        if !path.exists() {
            if self.database().exists() {
                bail!(
                    "{} is missing, and without it the database beside it is worth nothing: put the key file back, or remove \
                     both and start anew",
                    path.display()
                );
            }
            write_private(&path, &KeyRing::generate(self.clock.now(), &mut entropy::rng()))?;
        }
        refuse_readable_by_others(&path)?;
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        KeyRing::parse(&text).with_context(|| path.display().to_string())
    }

    /// Removes database and keys, so that nothing issued before is worth anything.
    fn forget(&self) -> anyhow::Result<()> {
        let database = self.database();
        let beside = |ending: &str| PathBuf::from(format!("{}{ending}", database.display()));
        for path in [beside(""), beside("-wal"), beside("-shm"), self.folder.join("stagedoor.key")] {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn database(&self) -> PathBuf {
        self.folder.join("stagedoor.db")
    }
}

/// Makes the folder and takes it for this process alone: a second one would not hear what the first revokes.
fn lock(folder: &Path) -> anyhow::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    make_folder(folder)?;
    let path = folder.join("stagedoor.lock");
    let opened = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = opened.with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!(
            "{} is in use by another stagedoor; choose another --data-dir or stop that one",
            folder.display()
        ),
    }
}

/// Makes the folder for its owner alone.
fn make_folder(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Whoever reads the key file can make tokens.
fn refuse_readable_by_others(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        bail!(
            "{} can be read by others; run chmod 600 on it, and rotate the keys if it was exposed",
            path.display()
        );
    }
    Ok(())
}

/// Writes a file only its owner can read, from the first byte.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
