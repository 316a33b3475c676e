//! What the plain RFCs add: revocation, introspection, metadata and the device grant.

mod device;
mod device_pages;
mod introspection;
mod metadata;
mod revocation;
