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
    /// The same from one address.
    EmailAt(u64, IpAddr),
}

impl Key {
    /// The key of an address.
    pub fn of_address(address: IpAddr) -> Self {
        Self::Address(network_of(address))
    }
}

/// What one customer has: an IPv4 address, of IPv6 a network, /64.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}
