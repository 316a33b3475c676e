//! The figures of the listeners.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stagedoor_store::figures::Counter;

/// What is counted of connections.
#[derive(Default)]
pub(crate) struct Connections {
    open: AtomicU64,
    pub(super) accepted: Counter,
    pub(super) turned_away: Counter,
}

/// A connection that is open until this is dropped.
pub(crate) struct Open(Arc<Connections>);

impl Connections {
    /// A connection was let in.
    pub(crate) fn opened(self: &Arc<Self>) -> Open {
        self.accepted.one();
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }

    /// A connection was told that its address has too many.
    pub(crate) fn turned_away(&self) {
        self.turned_away.one();
    }

    /// How many are open.
    pub(crate) fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
