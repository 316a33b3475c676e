//! Identifiers of rows. They grow with time, so that new rows go to the end of their table.

use rand_core::CryptoRng;

use crate::Timestamp;

/// 2025-01-01T00:00:00Z in milliseconds: where ids begin.
const ORIGIN_MILLIS: i64 = 1_735_689_600_000;
const RANDOM_BITS: u32 = 20;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// A new id: milliseconds in the upper bits, randomness in the lower 20.
            pub fn new(now: Timestamp, rng: &mut impl CryptoRng) -> Self {
                Self(growing(now, rng))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// An app.
    AppId;
    /// A team.
    TeamId;
    /// An account.
    AccountId;
    /// A grant.
    GrantId;
    /// An authorization code.
    CodeId;
    /// A client secret.
    SecretId;
    /// A device authorization (RFC 8628).
    DeviceId;
    /// A signed-in browser.
    SessionId;
}

fn growing(now: Timestamp, rng: &mut impl CryptoRng) -> i64 {
    let millis = (now.0 - ORIGIN_MILLIS).clamp(1, (1 << 42) - 1);
    let random = i64::from(rng.next_u32() >> (32 - RANDOM_BITS));
    (millis << RANDOM_BITS) | random
}
