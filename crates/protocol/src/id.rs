//! Identifiers of rows. They grow with time, so that new rows go to the end of their table.

use rand_core::CryptoRng;

use crate::Timestamp;

/// 2025-01-01T00:00:00Z in seconds: where ids begin. Their seconds suffice until 2093.
pub(crate) const ORIGIN_SECONDS: i64 = 1_735_689_600;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// A new id: seconds in the upper bits, 32 random ones below. Two of the same second are one
            /// in four billion times the same; the store then finds a conflict, and it is decided anew.
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
    /// An invitation.
    InvitationId;
    /// A credential of a program that administers.
    CredentialId;
}

fn growing(now: Timestamp, rng: &mut impl CryptoRng) -> i64 {
    let seconds = (now.seconds() - ORIGIN_SECONDS).clamp(1, (1 << 31) - 1);
    (seconds << 32) | i64::from(rng.next_u32())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::AppId;
    use crate::Timestamp;

    /// A file that is imported draws all its ids in one instant.
    #[test]
    fn of_one_instant_differ() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut rng = StdRng::seed_from_u64(1);
        let ids: HashSet<_> = (0..5_000).map(|_| AppId::new(now, &mut rng)).collect();
        assert_eq!(ids.len(), 5_000);
    }

    #[test]
    fn grow_with_time() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut at = |seconds| AppId::new(Timestamp::from_seconds(seconds), &mut rng);
        let ids = [0, 1_735_689_602, 1_735_689_603, 1_800_000_000, i64::from(u32::MAX) * 8].map(&mut at);
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids[0] > AppId(0));
    }
}
