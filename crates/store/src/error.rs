//! What can go wrong. The texts are for logs; none of them holds a row's content.

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away, full, busy or damaged, or the store was closed. The caller answers 503.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A newer version of this program has been here.
    #[error(
        "the database has schema {found}, but this program knows only {known}: start the newer version that wrote it, \
         or restore a backup from before the upgrade"
    )]
    NewerDatabase {
        /// The schema found.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// This version has not been here, and was not to change anything.
    #[error(
        "the database has schema {found}, and this program brings it to {known} before it reads it: take a backup, and \
         start `stagedoor serve` once"
    )]
    OlderDatabase {
        /// The schema found.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// A backup lies where the database should.
    #[error(
        "this is a backup, not a database: `stagedoor restore` puts one in place, and ends what must not live on in it"
    )]
    Backup,
}

/// Why nothing was committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// What the decision rested on has changed: ask and decide again.
    #[error("what the decision rested on has changed")]
    Conflict,
    /// The `at_most` of a [`CreateApp`](stagedoor_protocol::Effect::CreateApp) or
    /// [`ListUser`](stagedoor_protocol::Effect::ListUser) is reached.
    #[error("the limit is reached")]
    LimitReached,
    /// The database failed. Nothing of the decision was acknowledged.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl StoreError {
    /// The answer to whoever comes after [`Store::close`](crate::Store::close), or after a thread of the store died.
    pub(crate) fn closed() -> Self {
        Self::Unavailable("the store is closed".to_owned())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
