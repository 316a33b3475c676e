//! The flows against a model of the store: tables of cases for each flow, and random walks over every dialect.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_token;
mod administration;
mod api;
mod app;
mod authorization_code;
mod authorize;
mod client;
mod client_authentication;
mod client_credentials;
mod client_secret;
mod device;
mod duplicate_grant;
mod introspection;
mod jwt;
mod keys;
mod legacy_key;
mod people;
mod refresh;
mod refusal;
mod revocation;
mod served_again;
mod session;
mod setting;
mod walk;
mod world;
