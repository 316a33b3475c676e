//! Threads that take their work from one bounded channel.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc::{Receiver, Sender};

use crate::StoreError;

pub(super) struct Threads<T> {
    /// `None` once closed: the threads end when they have done what was sent before.
    sender: Mutex<Option<Sender<T>>>,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

impl<T> Threads<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self { sender: Mutex::new(Some(sender)), handles: Mutex::default() }
    }

    pub(super) fn spawn(
        &mut self,
        name: String,
        run: impl FnOnce() + Send + 'static,
    ) -> Result<(), StoreError> {
        let handle = std::thread::Builder::new()
            .name(name)
            .spawn(run)
            .map_err(|error| StoreError::Unavailable(format!("no thread for the database: {error}")))?;
        lock(&self.handles).push(handle);
        Ok(())
    }

    pub(super) fn is_open(&self) -> bool {
        lock(&self.sender).is_some()
    }

    /// Waits for a place in the channel.
    pub(super) async fn send(&self, work: T) -> Result<(), StoreError> {
        let sender = lock(&self.sender).clone().ok_or_else(StoreError::closed)?;
        sender.send(work).await.map_err(|_| StoreError::closed())
    }

    /// How much waits in the channel.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.sender).as_ref().map_or(0, |sender| sender.max_capacity() - sender.capacity())
    }

    /// Takes no more work, and waits until what was sent is done and the threads have ended.
    pub(super) async fn close(&self) {
        drop(lock(&self.sender).take());
        let handles = std::mem::take(&mut *lock(&self.handles));
        let join = move || {
            for handle in handles {
                // A thread that panicked has ended too.
                let _ = handle.join();
            }
        };
        let _ = tokio::task::spawn_blocking(join).await;
    }
}

/// Lets those who are about to send do so, as long as more come: many things done at once cost little more than one, and
/// where all share a core, each thing alone would cost a switch of threads and back.
pub(super) fn gather<T>(work: &mut Receiver<T>, batch: &mut Vec<T>, most: usize) {
    let mut had = 0;
    while had < batch.len() && batch.len() < most {
        had = batch.len();
        std::thread::yield_now();
        while batch.len() < most
            && let Ok(more) = work.try_recv()
        {
            batch.push(more);
        }
    }
}

/// Nothing panics while one of these is held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
