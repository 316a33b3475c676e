//! Telling systemd how it goes: `Type=notify-reload` (sd_notify(3)).

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;

/// Whom to tell; nobody where the process was not started by systemd.
#[derive(Clone)]
pub(super) struct Systemd {
    to: Option<Arc<To>>,
    /// How often it wants to hear that all is well.
    watchdog: Option<Duration>,
}

struct To {
    socket: UnixDatagram,
    address: SocketAddr,
}

impl Systemd {
    pub(super) fn from_environment() -> Self {
        let variable = |name| std::env::var(name).ok();
        let to = variable("NOTIFY_SOCKET").and_then(|path| match To::named(&path) {
            Ok(to) => Some(Arc::new(to)),
            Err(error) => {
                tracing::warn!(%error, "NOTIFY_SOCKET cannot be written to");
                None
            }
        });
        let is_ours = variable("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let micros = variable("WATCHDOG_USEC").and_then(|micros| micros.parse().ok());
        let watchdog = micros.filter(|micros| is_ours && *micros > 0).map(Duration::from_micros);
        Self { to, watchdog }
    }

    /// It is answered.
    pub(super) fn ready(&self) {
        self.tell("READY=1");
    }

    /// The configuration is read again; `ready` follows.
    pub(super) fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let micros = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    /// Nobody is let in any more.
    pub(super) fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// Says that all is well, twice as often as is asked for, until `stop` turns true.
    pub(super) async fn keep_watchdog(self, mut stop: watch::Receiver<bool>) {
        let Some(period) = self.watchdog else { return };
        while tokio::time::timeout(period / 2, stop.wait_for(|stop| *stop)).await.is_err() {
            self.tell("WATCHDOG=1");
        }
    }

    fn tell(&self, state: &str) {
        let Some(to) = &self.to else { return };
        if let Err(error) = to.socket.send_to_addr(state.as_bytes(), &to.address) {
            tracing::warn!(%error, state, "systemd cannot be told");
        }
    }
}

impl To {
    /// A path, or a name in the abstract namespace that is written with `@`.
    fn named(path: &str) -> std::io::Result<Self> {
        let address = match path.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(path)?,
        };
        let socket = UnixDatagram::unbound()?;
        // systemd that is busy must not hold up anyone here.
        socket.set_nonblocking(true)?;
        Ok(Self { socket, address })
    }
}
