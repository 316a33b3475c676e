//! The authorization endpoint (RFC 6749 §3.1) with its pages, as a browser goes through them.

mod answers;
mod consent;
mod forgery;
mod pages;
mod sessions;
mod sign_in;
mod tabs;
mod validation;
