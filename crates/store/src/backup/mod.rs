//! Backups: one file that holds all of the database at one moment, and the way back.
//!
//! A backup is taken by any process, whether or not a server runs on the database. It is put in place of a database that no
//! process uses: what was issued since it was taken is unknown to it, and so ends.

mod contents;
mod copy;
mod error;
mod partial;
mod restore;
mod stamp;
mod take;
mod void;

pub use contents::{AppGrants, Contents, GrantAtRisk, KeyUse};
pub use error::BackupError;
pub use restore::{BackupFile, Restored};
pub(crate) use stamp::is_there as is_backup;
pub use take::{Taken, take};

/// What is being done, for whoever waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Pages go from one file to the other.
    Copying {
        /// How much is copied.
        done_bytes: u64,
        /// How much there is.
        of_bytes: u64,
    },
    /// The copy is looked through for damage.
    Checking,
    /// What must not live on is ended, in the copy.
    Voiding,
    /// The copy goes to the disk.
    Flushing,
    /// The former database gets another name beside its own.
    KeepingFormer,
    /// The copy takes the database's name.
    Placing,
    /// It has it.
    Done,
}
