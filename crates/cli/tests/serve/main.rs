//! `stagedoor init`, `check` and `serve` as they are used: the real binary, over real connections.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod backup;
mod chain;
mod collector;
mod devices;
mod disk_full;
mod figures;
mod front;
#[expect(dead_code, reason = "the tests of `dev` use the rest")]
#[path = "../dev/http.rs"]
mod http;
mod init;
mod keys;
mod kills;
mod logs;
mod process;
mod refusals;
mod state;
mod traces;
mod upstream;
mod upstream_faults;
mod way;
