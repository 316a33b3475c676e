//! The end of a listener: every connection is told, and waited for.

use tokio::sync::watch;

/// The listener's side.
pub(super) struct Closing(watch::Sender<bool>);

/// A connection's side. As long as one is held the listener waits.
#[derive(Clone)]
pub(super) struct Closes(watch::Receiver<bool>);

pub(super) fn pair() -> (Closing, Closes) {
    let (sender, receiver) = watch::channel(false);
    (Closing(sender), Closes(receiver))
}

impl Closing {
    /// Tells all connections and waits until none is left.
    pub(super) async fn close(self) {
        self.0.send_replace(true);
        self.0.closed().await;
    }
}

impl Closes {
    /// Waits until the listener ends.
    pub(super) async fn told(&mut self) {
        // An error says that the listener is gone, which is the end too.
        let _ = self.0.wait_for(|closing| *closing).await;
    }
}
