//! How many connections there may be: in all, and from one address, so that nobody takes every place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::figures::{Connections, Open};
use crate::limit::network_of;

/// The places of a listener.
pub(super) struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Taken>,
    figures: Arc<Connections>,
}

/// How many places an address has; an address that has none is not kept.
#[derive(Default)]
struct Taken(Mutex<HashMap<IpAddr, usize>>);

/// A place that is taken until it is dropped.
pub(super) struct Place {
    network: IpAddr,
    taken: Arc<Taken>,
    _of_all: OwnedSemaphorePermit,
    _open: Open,
}

impl Places {
    pub(super) fn new(connections: usize, figures: Arc<Connections>) -> Self {
        let all = Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS)));
        Self { all, taken: Arc::default(), figures }
    }

    /// Waits until there is a place for somebody. `None` never comes: the places are not closed.
    pub(super) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// Takes a free place for this address, unless it has as many as it may have.
    pub(super) fn take(&self, free: OwnedSemaphorePermit, address: IpAddr, most: usize) -> Option<Place> {
        let network = network_of(address);
        let mut taken = self.taken.lock();
        let own = taken.entry(network).or_default();
        if *own >= most {
            self.figures.turned_away();
            return None;
        }
        *own += 1;
        let (taken, open) = (self.taken.clone(), self.figures.opened());
        Some(Place { network, taken, _of_all: free, _open: open })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        if let Some(own) = taken.get_mut(&self.network) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

impl Taken {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_address_has_its_share() {
        let figures = Arc::<Connections>::default();
        let places = Places::new(100, figures.clone());
        let mut held = Vec::new();
        // address, and whether it gets a place
        for (address, expected) in [
            ("192.0.2.1", true),
            ("192.0.2.1", true),
            ("192.0.2.1", false),
            ("::ffff:192.0.2.1", false),
            ("192.0.2.2", true),
            // One customer's network.
            ("2001:db8::1", true),
            ("2001:db8::2", true),
            ("2001:db8::3", false),
            ("2001:db8:0:1::3", true),
        ] {
            let free = places.free().await.unwrap();
            let place = places.take(free, address.parse().unwrap(), 2);
            assert_eq!(place.is_some(), expected, "{address}");
            held.extend(place);
        }
        assert_eq!(places.all.available_permits(), 100 - held.len());
        assert_eq!(figures.open(), held.len() as u64);
        held.clear();
        assert_eq!(places.all.available_permits(), 100);
        assert!(places.taken.lock().is_empty());
        assert_eq!(figures.open(), 0);
    }
}
