//! Signing in: a person allows the app in a browser, here (RFC 6749 §4.1 with RFC 7636, RFC 8252) or on another device
//! (RFC 8628). What comes of it goes to [`crate::Credential::take_up`]; nothing here writes to the vault.

mod code_flow;
mod device_flow;
mod error;
mod listener;
mod page;

pub use code_flow::CodeFlow;
pub use device_flow::DeviceFlow;
pub use error::SignInError;
pub use listener::Listener;

/// The redirect URI to register where nobody chose another.
pub const REDIRECT_URI: &str = "http://127.0.0.1:8888/callback";
