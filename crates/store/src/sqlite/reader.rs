//! The readers: each has a connection and a thread, and answers all reads that wait in one read transaction.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::mpsc::Receiver;

use super::threads::gather;
use crate::cache::Generation;
use crate::memory::Memory;

/// Reads answered in one transaction.
const BATCH: usize = 32;

pub(crate) type Read = Box<dyn FnOnce(&View<'_>) + Send>;

/// What a read may use.
pub(crate) struct View<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) memory: &'a Memory,
    /// Taken before the transaction began, so that whatever was committed since is told from it.
    pub(crate) generation: Generation,
}

/// Answers reads until nobody can ask any more.
pub(super) fn run(connection: &Connection, reads: &Mutex<Receiver<Read>>, memory: &Memory) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        {
            let mut reads = reads.lock().unwrap_or_else(PoisonError::into_inner);
            if reads.blocking_recv_many(&mut batch, BATCH) == 0 {
                return;
            }
            gather(&mut reads, &mut batch, BATCH);
        }
        let view = View { connection, memory, generation: memory.cache.generation() };
        // The snapshot is taken by the first statement, after every read of the batch was asked. Without a transaction
        // each statement has its own, and a read that fails says so itself.
        let _ = statement(connection, "BEGIN");
        for read in batch.drain(..) {
            read(&view);
        }
        let _ = statement(connection, "COMMIT");
    }
}

fn statement(connection: &Connection, sql: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute([])
}
