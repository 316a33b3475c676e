//! The whole server in process, over a database in a temporary folder, at a time the test says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod api_errors;
mod app;
mod authorize;
mod clock_back;
mod cors;
mod dashboard;
mod fifth_provider;
mod figures;
mod gateway;
mod hostile;
mod jwt;
mod logs;
mod races;
mod read_back;
mod standard;
mod state_file;
mod token_errors;
mod usage;
