//! What administrators see and decide.

pub(super) mod requests;
