//! Gets a token from a provider, keeps it, renews it before it ends and uses it.
//!
//! The [`vault`] holds credentials on disk, one encrypted file each. A [`TokenSource`] gives a live access token out of it
//! and renews when [`renew::next`] says so: one renewal at a time, however many tasks and processes ask. What the provider
//! expects comes from its dialect, so a provider of one's own is a file.
#![warn(missing_docs)]

pub mod broker;
pub mod call;
pub mod clock;
pub mod credential;
mod entropy;
pub mod exchange;
mod http_client;
pub mod provider;
pub mod renew;
pub mod sign_in;
pub mod source;
pub mod vault;

pub use call::ApiClient;
pub use credential::{AccessToken, Credential, CredentialName, RefreshToken};
pub use http_client::{HttpClient, HttpClientError};
pub use provider::{BaseUrl, Provider};
pub use source::TokenSource;
pub use vault::Vault;
