//! What crosses the network between an OAuth 2.0 client and server: identifiers, secrets, scopes, PKCE, requests,
//! answers, errors, and the *dialects* that say how each provider spells them.
//!
//! Both halves of the product read these types: the server renders what the client understands. Nothing here does
//! I/O, asks what time it is or draws randomness.
#![warn(missing_docs)]

pub mod api_error;
pub mod authorize_answer;
pub mod authorize_request;
pub mod basic;
pub mod bearer;
pub mod client_id;
pub mod device_answer;
pub mod dialect;
pub mod form;
pub mod hop_by_hop;
pub mod pkce;
pub mod redirect_uri;
pub mod reference;
pub mod retry_after;
pub mod scope;
pub mod secret;
pub mod strict_toml;
pub mod time;
pub mod token_answer;
pub mod token_error;
pub mod token_request;

pub use client_id::ClientId;
pub use dialect::Dialect;
pub use redirect_uri::RedirectUri;
pub use scope::Scopes;
pub use secret::Secret;
pub use time::Timestamp;
