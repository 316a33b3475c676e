//! The client: a live token printed, tokens from memory, a hundred processes at once.

mod cached;
mod storm;
mod token;
mod vault;

pub(crate) use cached::cached;
pub(crate) use storm::storm;
pub(crate) use token::token;
