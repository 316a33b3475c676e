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
    /// Someone who signs in: the hash of the e-mail they typed, known or not.
    Email(u64),
}

impl Key {
    /// The key of an address; of IPv6 the network that one customer has, /64.
    pub fn of_address(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(mapped) => IpAddr::V4(mapped),
                None => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
            },
        })
    }
}
