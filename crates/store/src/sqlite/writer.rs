//! The writer: takes all jobs that wait, commits them in one transaction, and answers only then.
//!
//! A job that fails is undone alone. When the transaction fails, it fails for all: nobody is told of success before the
//! commit is durable, and nobody is told of a conflict with a change that was rolled back.

use rusqlite::Connection;
use stagedoor_protocol::{Effect, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::checkpoint;
use super::clean::Sweep;
use super::effects::{self, Failure};
use crate::memory::{Aftermath, Memory};
use crate::{CommitError, StoreError};

/// Jobs committed in one transaction.
const BATCH: usize = 256;

pub(super) enum Work {
    Commit { effects: Vec<Effect>, answer: oneshot::Sender<Result<(), CommitError>> },
    Clean { now: Timestamp, at_most: u32, answer: oneshot::Sender<Result<u32, StoreError>> },
}

/// What a job did inside the transaction.
#[derive(Default)]
struct Done {
    deleted: u32,
    aftermath: Aftermath,
}

type Outcome = Result<Done, Failure>;

pub(super) struct Writer<'a> {
    connection: &'a Connection,
    memory: &'a Memory,
    sweep: Sweep,
}

/// Commits until nobody can send any more.
pub(super) fn run(connection: &Connection, mut work: mpsc::Receiver<Work>, memory: &Memory) {
    let mut writer = Writer { connection, memory, sweep: Sweep::default() };
    let mut batch = Vec::with_capacity(BATCH);
    while work.blocking_recv_many(&mut batch, BATCH) > 0 {
        writer.serve(&mut batch);
        checkpoint::when_due(connection);
    }
    checkpoint::last(connection);
}

impl Writer<'_> {
    fn serve(&mut self, batch: &mut Vec<Work>) {
        match self.commit(batch) {
            Ok(outcomes) => {
                for done in outcomes.iter().flatten() {
                    self.memory.learn(&done.aftermath);
                }
                batch.drain(..).zip(outcomes).for_each(|(work, outcome)| work.answer(outcome));
            }
            Err(error) => {
                tracing::error!(%error, jobs = batch.len(), "commit failed");
                let failed = || Failure::Database(StoreError::Unavailable(error.to_string()));
                batch.drain(..).for_each(|work| work.answer(Err(failed())));
            }
        }
    }

    /// Runs a batch in one transaction and commits it. On an error nothing of it was done.
    fn commit(&mut self, batch: &[Work]) -> Result<Vec<Outcome>, StoreError> {
        self.statement("BEGIN IMMEDIATE")?;
        let committed = self.run_all(batch).and_then(|outcomes| {
            self.statement("COMMIT")?;
            Ok(outcomes)
        });
        if committed.is_err() && !self.connection.is_autocommit() {
            // Fails only when there is nothing to roll back.
            let _ = self.statement("ROLLBACK");
        }
        committed
    }

    fn run_all(&mut self, batch: &[Work]) -> Result<Vec<Outcome>, StoreError> {
        batch.iter().map(|work| self.run_one(work)).collect()
    }

    /// Runs one job. The outer error ends the whole transaction.
    fn run_one(&mut self, work: &Work) -> Result<Outcome, StoreError> {
        match work {
            // A single statement undoes itself when it fails.
            Work::Commit { effects, .. } if effects::is_one_statement(effects) => {
                let outcome = apply(self.connection, effects);
                self.still_open(outcome)
            }
            Work::Commit { effects, .. } => self.in_savepoint(|writer| apply(writer.connection, effects)),
            Work::Clean { now, at_most, .. } => self.in_savepoint(|writer| {
                let horizon = writer.memory.ended.horizon(*now);
                let deleted = writer.sweep.clean(writer.connection, *now, horizon, *at_most)?;
                Ok(Done { deleted, ..Done::default() })
            }),
        }
    }

    fn in_savepoint(&mut self, run: impl FnOnce(&mut Self) -> Outcome) -> Result<Outcome, StoreError> {
        self.statement("SAVEPOINT job")?;
        let outcome = run(self);
        let outcome = self.still_open(outcome)?;
        if outcome.is_err() {
            self.statement("ROLLBACK TO job")?;
        }
        self.statement("RELEASE job")?;
        Ok(outcome)
    }

    /// A full disk and its like make SQLite roll back the whole transaction: the jobs before this one are lost too.
    fn still_open(&self, outcome: Outcome) -> Result<Outcome, StoreError> {
        match outcome {
            Err(Failure::Database(error)) if self.connection.is_autocommit() => Err(error),
            outcome => Ok(outcome),
        }
    }

    fn statement(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

fn apply(connection: &Connection, effects: &[Effect]) -> Outcome {
    let mut done = Done::default();
    for effect in effects {
        effects::apply(connection, effect, &mut done.aftermath)?;
    }
    Ok(done)
}

impl Work {
    /// Whoever asked may have gone away.
    fn answer(self, outcome: Outcome) {
        match self {
            Self::Commit { answer, .. } => {
                let _ = answer.send(outcome.map(drop).map_err(CommitError::from));
            }
            Self::Clean { answer, .. } => {
                let _ = answer.send(outcome.map(|done| done.deleted).map_err(StoreError::from));
            }
        }
    }
}
