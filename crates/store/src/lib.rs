//! What must last: answers the protocol's questions and commits its effects.
//!
//! A question goes to memory first, then to a reader; effects go to the one writer, which commits all that wait in one
//! transaction and answers only once that is durable. Nothing above this crate knows SQL.
#![warn(missing_docs)]

mod admin_api;
pub mod backup;
mod cache;
mod ended;
mod error;
pub mod figures;
mod listing;
mod memory;
mod sql;
mod sqlite;
mod stopwatch;
mod store;
mod usage;

pub use error::{CommitError, StoreError};
pub use listing::{AppFilter, Connection, GrantFilter, Page};
pub use sqlite::Sizes;
pub use sqlite::key_uses::key_uses;
pub use store::{Cleaned, Over, OverGrants, Store, StoreOptions};
pub use usage::{ActiveUsers, Endpoint, RefusalRow, Slot, Span, Usage};
