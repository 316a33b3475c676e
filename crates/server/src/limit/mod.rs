//! How much is served, counted in memory: rates by GCRA, quotas by windows. Each key has its own counter; nothing is
//! locked.

mod quota;
mod rate;

use std::net::IpAddr;

use stagedoor_protocol::id::{AccountId, AppId, TeamId};

pub use quota::QuotaCounter;
pub use rate::{RateLimit, Verdict};

/// Whom a counter belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    App(AppId),
    AppAndAccount(AppId, AccountId),
    Team(TeamId),
    /// Someone unauthenticated.
    Address(IpAddr),
}
