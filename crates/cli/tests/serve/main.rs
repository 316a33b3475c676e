//! `stagedoor init`, `check` and `serve` as they are used: the real binary, over real connections.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod backup;
mod certificates;
mod chain;
mod collector;
mod crowds;
mod devices;
mod disk_full;
mod figures;
mod frames;
mod front;
#[expect(dead_code, reason = "the tests of `dev` use the rest")]
#[path = "../dev/http.rs"]
mod http;
mod init;
mod keys;
mod kills;
mod log;
mod logs;
mod mail;
mod process;
mod refusals;
mod reload;
mod rotation;
mod slow;
mod state;
mod systemd;
mod tls;
mod traces;
mod upstream;
mod upstream_faults;
mod usage;
mod way;
