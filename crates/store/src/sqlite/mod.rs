//! SQLite: one file, one writer that commits all that wait in one transaction, readers beside it.

mod checkpoint;
mod clean;
mod effects;
pub(crate) mod key_uses;
pub(crate) mod migrations;
pub(crate) mod open;
pub(crate) mod questions;
mod reader;
mod row;
#[cfg(test)]
pub(crate) mod sample;
mod sizes;
mod threads;
mod writer;

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stagedoor_protocol::{Effect, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::ended::Ended;
use crate::memory::Memory;
use crate::stopwatch::Stopwatch;
use crate::{Cleaned, CommitError, Over, StoreError, backup, sql};
use reader::Read;
pub(crate) use reader::View;
pub use sizes::Sizes;
use sizes::Sizing;
use threads::Threads;
use writer::Work;

/// Jobs that may wait for the writer, and reads that may wait for a reader, before callers wait to get in.
const WAITING: usize = 1024;
const READERS: usize = 2;

pub(crate) struct Sqlite {
    path: PathBuf,
    writer: Threads<Work>,
    readers: Threads<Read>,
    /// `None` until somebody asks, and once closed.
    sizing: Arc<Mutex<Option<Sizing>>>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, memory: &Arc<Memory>, now: Timestamp) -> Result<Self, StoreError> {
        let mut writer_connection = open::writer(path)?;
        if backup::is_backup(&writer_connection)? {
            return Err(StoreError::Backup);
        }
        migrations::run(&mut writer_connection)?;
        questions::load_ended(&writer_connection, &memory.ended, now)?;

        let readers = readers(path, memory)?;
        let (jobs, work) = mpsc::channel(WAITING);
        let mut writer = Threads::new(jobs);
        let memory = memory.clone();
        writer.spawn("store-writer".to_owned(), move || writer::run(&writer_connection, work, &memory))?;
        Ok(Self { path: path.to_owned(), writer, readers, sizing: Arc::default() })
    }

    /// With no writer: what is sent to it is refused.
    pub(crate) fn open_to_read(path: &Path, memory: &Arc<Memory>) -> Result<Self, StoreError> {
        let connection = open::reader(path)?;
        if backup::is_backup(&connection)? {
            return Err(StoreError::Backup);
        }
        let (found, known) = (migrations::version(&connection)?, migrations::newest());
        match found.cmp(&known) {
            Ordering::Less => return Err(StoreError::OlderDatabase { found, known }),
            Ordering::Equal => {}
            Ordering::Greater => return Err(StoreError::NewerDatabase { found, known }),
        }
        let (readers, writer) = (readers(path, memory)?, Threads::new(mpsc::channel(1).0));
        Ok(Self { path: path.to_owned(), writer, readers, sizing: Arc::default() })
    }

    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        if !self.writer.is_open() {
            return Err(StoreError::closed());
        }
        // Asked once at start, so a connection of its own does.
        let any: bool =
            open::reader(&self.path)?.query_row(sql::apps::ANY_APP_OR_ACCOUNT, [], |row| row.get(0))?;
        Ok(!any)
    }

    /// Notes once more what ended and may still be presented. Blocks.
    pub(crate) fn load_ended(&self, ended: &Ended, now: Timestamp) -> Result<(), StoreError> {
        if !self.writer.is_open() {
            return Err(StoreError::closed());
        }
        Ok(questions::load_ended(&open::reader(&self.path)?, ended, now)?)
    }

    pub(crate) async fn commit(&self, effects: Vec<Effect>) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Work::Commit { effects, answer }).await?;
        answered.await.unwrap_or_else(|_| Err(StoreError::closed().into()))
    }

    pub(crate) async fn clean(&self, over: Over, at_most: u32) -> Result<Cleaned, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Work::Clean { over, at_most, answer }).await?;
        answered.await.unwrap_or_else(|_| Err(StoreError::closed()))
    }

    /// Runs `read` on a reader, on what is committed by now.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let asked = Stopwatch::start();
        let run = move |view: &View<'_>| {
            view.memory.figures.read_waits.took(asked.elapsed());
            // Whoever asked may have gone away.
            let _ = answer.send(read(view));
        };
        self.readers.send(Box::new(run)).await?;
        Ok(answered.await.map_err(|_| StoreError::closed())??)
    }

    /// Jobs that wait for the writer, and reads that wait for a reader.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        (self.writer.waiting(), self.readers.waiting())
    }

    pub(crate) async fn sizes(&self, at_a_time: Duration) -> Result<Sizes, StoreError> {
        if !self.writer.is_open() {
            return Err(StoreError::closed());
        }
        let (path, sizing) = (self.path.clone(), self.sizing.clone());
        let ask = move || {
            // Nothing is left half done that a panic could spoil.
            let mut sizing = sizing.lock().unwrap_or_else(PoisonError::into_inner);
            let sizing = match &mut *sizing {
                Some(sizing) => sizing,
                none => none.insert(Sizing::new(&path)?),
            };
            sizing.ask(at_a_time)
        };
        tokio::task::spawn_blocking(ask).await.unwrap_or_else(|_| Err(StoreError::closed()))
    }

    pub(crate) async fn close(&self) {
        drop(self.sizing.lock().unwrap_or_else(PoisonError::into_inner).take());
        // Readers first: then the writer's last checkpoint finds nobody reading.
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn readers(path: &Path, memory: &Arc<Memory>) -> Result<Threads<Read>, StoreError> {
    let (asks, reads) = mpsc::channel(WAITING);
    let reads = Arc::new(Mutex::new(reads));
    let mut readers = Threads::new(asks);
    for number in 0..READERS {
        let (connection, reads, memory) = (open::reader(path)?, reads.clone(), memory.clone());
        let run = move || reader::run(&connection, &reads, &memory);
        readers.spawn(format!("store-reader-{number}"), run)?;
    }
    Ok(readers)
}
