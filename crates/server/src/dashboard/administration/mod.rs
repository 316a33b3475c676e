//! What administrators see and decide.

pub(super) mod accounts;
pub(super) mod apis;
pub(super) mod apps;
pub(super) mod audit;
pub(super) mod credentials;
pub(super) mod database;
pub(super) mod requests;
pub(super) mod teams;
