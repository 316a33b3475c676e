//! Sockets to listen on: handed over by whoever started the process (sd_listen_fds(3)), else opened.

use std::net::{self, SocketAddr};

use anyhow::{Context, bail};
use listenfd::ListenFd;
use tokio::net::TcpListener;

/// One for each address.
pub(super) async fn open(addresses: &[SocketAddr]) -> anyhow::Result<Vec<TcpListener>> {
    let mut inherited = inherited()?;
    let mut listeners = Vec::new();
    for address in addresses {
        let own =
            inherited.iter().position(|socket| socket.local_addr().is_ok_and(|bound| bound == *address));
        listeners.push(match own {
            Some(at) => adopt(inherited.swap_remove(at))?,
            None => bind(*address).await?,
        });
    }
    // What is not in the configuration was not checked either, such as whether passwords may cross there.
    if let Some(socket) = inherited.first() {
        let address = socket.local_addr()?;
        bail!(
            "{address} was handed over to listen on, and [server] `listen` does not name it: write it there, as it stands here"
        );
    }
    Ok(listeners)
}

fn inherited() -> anyhow::Result<Vec<net::TcpListener>> {
    let mut handed_over = ListenFd::from_env();
    let mut sockets = Vec::new();
    for at in 0..handed_over.len() {
        let socket = handed_over.take_tcp_listener(at);
        sockets
            .extend(socket.with_context(|| format!("socket {at} that was handed over is no TCP listener"))?);
    }
    Ok(sockets)
}

fn adopt(socket: net::TcpListener) -> anyhow::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket)?)
}

pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: see that nothing else does, and that this user may")
    })
}
