//! The way of an API request: who is let through, as whom, and for how long.

mod limits;
mod other_apis;
mod revocation;
mod slow_bodies;
mod upstream;
