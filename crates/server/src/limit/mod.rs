//! How much is served, counted in memory: rates by GCRA, quotas by windows. Each key has its own counter; nothing is
//! locked.

mod quota;
mod rate;

use std::hash::{DefaultHasher, Hash, Hasher};
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
    /// The key of an e-mail, in whatever case.
    pub(crate) fn of_email(email: &str) -> Self {
        Self::Email(hash_of_email(email))
    }

    /// The key of an address.
    pub fn of_address(address: IpAddr) -> Self {
        Self::Address(network_of(address))
    }
}

/// The hash of an e-mail, in whatever case.
pub(crate) fn hash_of_email(email: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    email.to_lowercase().hash(&mut hasher);
    hasher.finish()
}

/// What one customer has: an IPv4 address, of IPv6 a network, /64.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}
