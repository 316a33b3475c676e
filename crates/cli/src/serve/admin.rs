//! The admin socket of a server that runs.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use stagedoor_server::Server;
use stagedoor_server::admin::socket::Socket;
use stagedoor_server::admin::{Admin, listen};
use tokio::sync::watch;

use super::stopped;

/// Takes the socket's place; the future answers its calls until `stopping` turns true.
pub(super) fn listen<F: Fn() -> Arc<Server> + Send + Sync + 'static>(
    socket: &Path,
    current: F,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<impl Future<Output = ()> + Send + use<F>> {
    let (socket, admin) = (Socket::bind(socket)?, Arc::new(Admin::new(current)));
    tracing::info!(socket = %socket.path().display(), "administered through");
    Ok(async move { listen::serve(socket, admin, stopped(stopping)).await })
}

/// Says how the first administrator is made, as long as there is none. The link's code is not for logs.
pub(super) async fn say_if_there_is_no_administrator(server: &Server) {
    match server.store().has_administrator().await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(
            "there is no administrator who can sign in yet: open the link that `stagedoor init` printed and `stagedoor admin \
             setup-link` prints again, or run `stagedoor admin account create --administrator`"
        ),
        Err(error) => tracing::warn!(%error, "cannot tell whether there is an administrator"),
    }
}
