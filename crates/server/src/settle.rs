//! Committing what was decided; when the commit conflicts, all is asked and decided anew.

use stagedoor_protocol::{Decision, Refusal};
use stagedoor_store::{CommitError, Store, StoreError};

use crate::traces::{self, SpanKind};

/// Why there is no reply.
#[derive(Debug)]
pub(crate) enum Stop {
    Refused(Refusal),
    /// Too many requests; whole seconds to wait.
    Limited {
        retry_after_seconds: u32,
    },
    /// The database is away, or three commits conflicted.
    Unavailable,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store unavailable");
        Self::Unavailable
    }
}

const ATTEMPTS: u32 = 3;

/// Counts the attempts of one request.
#[derive(Default)]
pub(crate) struct Attempts(u32);

impl Attempts {
    /// Commits what was decided and gives the reply; `None` when the commit conflicted and all is to be asked and decided
    /// anew. A refusal's effects are committed too, before the caller hears of it.
    pub(crate) async fn settle<T>(
        &mut self,
        store: &Store,
        decision: Decision<T>,
    ) -> Option<Result<T, Stop>> {
        if decision.effects.is_empty() {
            return Some(decision.reply.map_err(Stop::from));
        }
        let committed = {
            let _span = traces::child("store commit", SpanKind::Internal);
            store.commit(decision.effects).await
        };
        match committed {
            Ok(()) => Some(decision.reply.map_err(Stop::from)),
            Err(CommitError::Conflict) => self.again(),
            Err(CommitError::LimitReached) => Some(Err(Refusal::LimitReached.into())),
            Err(CommitError::Unavailable(error)) => Some(Err(error.into())),
        }
    }

    fn again<T>(&mut self) -> Option<Result<T, Stop>> {
        self.0 += 1;
        if self.0 < ATTEMPTS {
            return None;
        }
        tracing::warn!(attempts = ATTEMPTS, "gave up after conflicting commits");
        Some(Err(Stop::Unavailable))
    }
}

/// Commits a decision that rests on nothing that could have changed.
pub(crate) async fn settle<T>(store: &Store, decision: Decision<T>) -> Result<T, Stop> {
    Attempts::default().settle(store, decision).await.unwrap_or(Err(Stop::Unavailable))
}
