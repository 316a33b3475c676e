//! Everything the store promises, through its public interface.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod administration;
mod answers;
mod backup;
mod cache;
mod cleaning;
mod conflicts;
mod crash;
mod ended;
mod figures;
mod keys;
mod opening;
mod races;
mod restore;
mod restore_kills;
mod teams;
mod usage;
mod world;
