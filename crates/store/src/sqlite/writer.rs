//! The writer: takes all jobs that wait, commits them in one transaction, and answers only then.
//!
//! A job that fails is undone alone. When the transaction fails, it fails for all: nobody is told of success before the
//! commit is durable, and nobody is told of a conflict with a change that was rolled back.

use rusqlite::Connection;
use stagedoor_protocol::Effect;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::{self, Checkpoints};
use super::clean::{Allowance, Sweep};
use super::effects::{self, Failure};
use super::threads::gather;
use crate::memory::{Aftermath, Memory};
use crate::stopwatch::Stopwatch;
use crate::{Cleaned, CommitError, Over, StoreError};

/// Jobs committed in one transaction.
const BATCH: usize = 256;

/// Jobs, and rows cleaned, after which the length of the log is looked at: asking costs as much as a small commit.
const CHECKPOINT_AFTER: usize = 200;

pub(super) enum Work {
    Commit { effects: Vec<Effect>, answer: oneshot::Sender<Result<(), CommitError>> },
    Clean { over: Over, at_most: u32, answer: oneshot::Sender<Result<Cleaned, StoreError>> },
}

/// What a job did inside the transaction.
#[derive(Default)]
struct Done {
    cleaned: Cleaned,
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
    let mut checkpoints = Checkpoints::new(connection);
    let mut batch = Vec::with_capacity(BATCH);
    let mut changed = 0;
    while work.blocking_recv_many(&mut batch, BATCH) > 0 {
        gather(&mut work, &mut batch, BATCH);
        changed += batch.len() + writer.serve(&mut batch);
        if changed >= CHECKPOINT_AFTER {
            changed = 0;
            checkpoints.when_due();
        }
    }
    checkpoint::last(connection);
}

impl Writer<'_> {
    /// Returns how many rows were cleaned.
    fn serve(&mut self, batch: &mut Vec<Work>) -> usize {
        let (watch, figures) = (Stopwatch::start(), &self.memory.figures);
        let committed = self.commit(batch);
        figures.commits.took(watch.elapsed());
        figures.batches.count(batch.len() as u64);
        match committed {
            Ok(outcomes) => {
                let mut cleaned = 0;
                for done in outcomes.iter().flatten() {
                    self.memory.learn(&done.aftermath);
                    cleaned += done.cleaned.rows as usize;
                }
                batch.drain(..).zip(outcomes).for_each(|(work, outcome)| work.answer(outcome));
                cleaned
            }
            Err(error) => {
                figures.failed_commits.one();
                tracing::error!(%error, jobs = batch.len(), "commit failed");
                let failed = || Failure::Database(StoreError::Unavailable(error.to_string()));
                batch.drain(..).for_each(|work| work.answer(Err(failed())));
                0
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
            Work::Clean { over, at_most, .. } => self.in_savepoint(|writer| {
                let allowance = Allowance::of(*at_most, writer.memory.cleaning);
                let cleaned = writer.sweep.clean(writer.connection, over, allowance)?;
                Ok(Done { cleaned, ..Done::default() })
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
                let _ = answer.send(outcome.map(|done| done.cleaned).map_err(StoreError::from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use stagedoor_protocol::EpochOf;
    use stagedoor_protocol::id::{AppId, CodeId, GrantId};
    use tempfile::TempDir;

    use super::super::sample::{APP, NOW, code, rows};
    use super::super::{migrations, open};
    use super::*;
    use crate::cache::Cache;
    use crate::ended::Ended;
    use crate::figures::Figures;

    struct Bench {
        connection: Connection,
        memory: Memory,
        _folder: TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            let mut connection = open::writer(&folder.path().join("db")).unwrap();
            migrations::run(&mut connection).unwrap();
            let memory = Memory {
                cache: Cache::new(10),
                ended: Ended::new(60),
                figures: Figures::default(),
                cleaning: Duration::ZERO,
            };
            let bench = Self { connection, memory, _folder: folder };
            assert_eq!(bench.commit([rows()]), ["done"]);
            bench
        }

        /// Commits these jobs in one batch.
        fn commit(&self, jobs: impl IntoIterator<Item = Vec<Effect>>) -> Vec<&'static str> {
            let mut answers = Vec::new();
            let job = |effects| {
                let (answer, answered) = oneshot::channel();
                answers.push(answered);
                Work::Commit { effects, answer }
            };
            let mut batch: Vec<Work> = jobs.into_iter().map(job).collect();
            let (connection, memory) = (&self.connection, &self.memory);
            Writer { connection, memory, sweep: Sweep::default() }.serve(&mut batch);
            let told = answers.into_iter().map(|mut answered| match answered.try_recv().unwrap() {
                Ok(()) => "done",
                Err(CommitError::Conflict) => "conflict",
                Err(CommitError::LimitReached) => "limit",
                Err(CommitError::Unavailable(_)) => "unavailable",
            });
            told.collect()
        }

        fn codes(&self) -> Vec<i64> {
            let mut statement = self.connection.prepare("SELECT id FROM codes ORDER BY id").unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        }
    }

    fn small(id: i64) -> Effect {
        code(id, String::new())
    }

    #[test]
    fn a_job_that_fails_does_not_fail_its_neighbours() {
        let bench = Bench::new();
        let redeem = |id| Effect::RedeemCode { code: CodeId(id), grant: GrantId(1) };
        let raise = |app| Effect::Raise { epoch: EpochOf::App(app), at: NOW };
        let told = bench.commit([
            vec![small(1)],
            vec![small(1)],
            vec![small(2), redeem(2), redeem(2)],
            vec![small(3), raise(AppId(99))],
            vec![redeem(1), small(4)],
            vec![redeem(1), small(5)],
            vec![small(2)],
        ]);
        assert_eq!(told, ["done", "conflict", "conflict", "conflict", "done", "conflict", "done"]);
        assert_eq!(bench.codes(), [1, 2, 4]);
    }

    #[test]
    fn a_transaction_that_fails_fails_for_all() {
        let bench = Bench::new();
        let pages: i64 = bench.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        bench.connection.pragma_update_and_check(None, "max_page_count", pages + 4, |_| Ok(())).unwrap();
        let generation = bench.memory.cache.generation();
        let raise = Effect::Raise { epoch: EpochOf::App(APP), at: NOW };
        let full = code(3, "x".repeat(100_000));
        let told = bench.commit([vec![small(1)], vec![small(1)], vec![raise], vec![full], vec![small(4)]]);
        assert_eq!(told, ["unavailable"; 5]);
        assert!(bench.codes().is_empty());
        assert_eq!(bench.memory.cache.generation(), generation, "memory learnt nothing");
        assert!(bench.connection.is_autocommit());

        bench.connection.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
        assert_eq!(bench.commit([vec![small(1)], vec![small(1)]]), ["done", "conflict"]);
        assert_eq!(bench.codes(), [1]);
    }
}
