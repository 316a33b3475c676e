//! A broker between callers and a provider that does as the test says.

mod caller;
mod cool_downs;
mod files;
mod keys;
mod passing;
mod provider;
mod refused;
mod renewing;
mod slow;
mod streaming;
mod world;
