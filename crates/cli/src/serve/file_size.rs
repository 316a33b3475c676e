//! A limit on the size of files, such as `ulimit -f` or systemd's `LimitFSIZE`, is met like a full disk: the write fails, and
//! whoever waits for it is told. Otherwise SIGXFSZ would end the process (setrlimit(2)).

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// From now on writing behind the limit is an error and nothing more. There is nothing to listen to.
pub(super) fn survive_limit() -> std::io::Result<()> {
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}
