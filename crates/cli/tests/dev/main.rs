//! `stagedoor dev` as it is used: the real binary, over real connections.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod announcement;
mod arguments;
mod controls;
mod data_dir;
mod documented;
mod faults;
mod http;
mod kills;
mod own_dialect;
mod own_state;
mod pages;
mod process;
mod session;
mod shutdown;
