//! What is decided: one file per OAuth flow, synchronous and pure.
//!
//! A flow names its [`Question`], is given [`Facts`], the time and randomness, and gives a [`Decision`]: a reply for the
//! caller and effects to commit. Nothing here does I/O, reads a clock or draws randomness of its own.

pub mod access_token;
pub mod account;
pub mod admin_credential;
pub mod administration;
pub mod app;
pub mod audit;
pub mod authorize;
pub mod client_authentication;
pub mod client_secret;
pub mod code;
pub mod consent;
pub mod decision;
pub mod device;
pub mod grant;
pub mod id;
pub mod idempotency;
pub mod introspection;
pub mod invitation;
pub mod jwt;
pub mod keys;
pub mod legacy_key;
pub mod link;
pub mod name;
pub mod opaque;
pub mod people;
pub mod question;
pub mod refresh_token;
pub mod refusal;
pub mod registration;
pub mod restore;
pub mod revocation;
pub mod session;
pub mod setup;
pub mod team;
pub mod token;
pub mod usage;

pub use decision::{Decision, Effect, EpochOf, Subject};
pub use question::{About, Facts, Question};
pub use refusal::Refusal;
pub use stagedoor_wire::Timestamp;

use std::sync::Arc;

use stagedoor_wire::Dialect;

/// What a flow decides by: one API's dialect, name and keys.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The API's name in the configuration; it separates the tokens of one API from another's.
    pub api: Arc<str>,
    /// The API's issuer identifier (RFC 8414 §2): its base URL.
    pub issuer: Arc<str>,
    /// Spelling and rules.
    pub dialect: Arc<Dialect>,
    /// The form of access tokens.
    pub token_format: jwt::TokenFormat,
    /// The keys tokens are made and checked with.
    pub keys: Arc<keys::KeyRing>,
}
