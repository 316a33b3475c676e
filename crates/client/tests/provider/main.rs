//! The token source and the API client against a provider in this process that misbehaves on demand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod calls;
mod chain;
mod fake;
mod never_lost;
mod secrets;
mod sign_in;
mod storms;
mod world;
