//! A grant: what one redeemed code, or one client-credentials call with a refresh token, started.

use stagedoor_wire::Scopes;
use stagedoor_wire::dialect::RefreshEnd;

use crate::Timestamp;
use crate::access_token::Epochs;
use crate::id::{AccountId, AppId, GrantId, TeamId};
use crate::keys::KeyId;

/// A grant's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub app: AppId,
    pub team: TeamId,
    /// The person who consented; none where the app acts for itself.
    pub account: Option<AccountId>,
    pub scopes: Scopes,
    /// The epochs it was started under; it is dead when one of them has risen.
    pub epochs: Epochs,
    /// Random bits its refresh tokens are derived from.
    pub salt: [u8; 16],
    /// The key its refresh tokens are derived under.
    pub key: KeyId,
    /// Whether the client proved itself with a secret; then it must at every refresh (RFC 6749 §6).
    pub confidential: bool,
    /// When the person authorized it, or the client asked.
    pub authorized: Timestamp,
    pub succession: Succession,
    pub revoked: Option<Timestamp>,
}

/// How far a grant's refresh tokens have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The highest generation that was presented; its successor was issued and is unused. 0: none yet.
    pub presented: u32,
    /// When that was.
    pub at: Timestamp,
}

/// How long a public client may present a token again whose answer it lost, in seconds.
pub const PUBLIC_RETRY_SECONDS: i64 = 60;

/// What presenting a generation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// The newest token, for the first time.
    First,
    /// A token whose successor is unused: the same successor is given again, so that a lost answer does no harm.
    Retry,
    /// A token whose successor was used: someone else has a copy (RFC 9700 §4.14.2).
    Replay,
    /// A right token newer than the row: the database was restored from a backup.
    Ahead,
}

impl Grant {
    /// What presenting `generation` at `now` means.
    pub fn presentation(&self, generation: u32, now: Timestamp) -> Presentation {
        let Succession { presented, at } = self.succession;
        if generation > presented.saturating_add(1) {
            Presentation::Ahead
        } else if generation == presented.saturating_add(1) {
            Presentation::First
        } else if generation == presented
            && (self.confidential || now <= at.plus_seconds(PUBLIC_RETRY_SECONDS))
        {
            Presentation::Retry
        } else {
            Presentation::Replay
        }
    }

    /// When its refresh tokens end; `None`: not by time.
    pub fn ends(&self, rule: RefreshEnd) -> Option<Timestamp> {
        match rule {
            RefreshEnd::Never => None,
            RefreshEnd::MonthsAfterAuthorization(months) => Some(self.authorized.plus_months(months)),
        }
    }
}

/// The one active grant of an app, in a dialect that allows one. It is active until its newest access token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveGrant {
    pub grant: GrantId,
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_788_177_600_000);

    fn grant(presented: u32, confidential: bool) -> Grant {
        Grant {
            id: GrantId(1),
            app: AppId(2),
            team: TeamId(3),
            account: None,
            scopes: Scopes::none(),
            epochs: Epochs { app: 0, team: 0, account: 0 },
            salt: [0; 16],
            key: KeyId(1),
            confidential,
            authorized: AT,
            succession: Succession { presented, at: AT },
            revoked: None,
        }
    }

    #[test]
    fn presentations() {
        use Presentation::{Ahead, First, Replay, Retry};
        // presented so far, generation shown, milliseconds later, from a confidential client, from a public one
        let cases = [
            (0, 1, 0, First, First),
            (0, 1, 1_000_000, First, First),
            (0, 2, 0, Ahead, Ahead),
            (0, u32::MAX, 0, Ahead, Ahead),
            (5, 6, 0, First, First),
            (5, 7, 0, Ahead, Ahead),
            (5, 5, 0, Retry, Retry),
            (5, 5, -1, Retry, Retry),
            (5, 5, 60_000, Retry, Retry),
            (5, 5, 60_001, Retry, Replay),
            (5, 4, 0, Replay, Replay),
            (5, 0, 0, Replay, Replay),
            (u32::MAX, 1, 0, Replay, Replay),
        ];
        for (presented, generation, millis, confidential, public) in cases {
            let now = Timestamp(AT.0 + millis);
            let shown = |confidential| grant(presented, confidential).presentation(generation, now);
            assert_eq!(shown(true), confidential, "{presented} {generation} {millis}");
            assert_eq!(shown(false), public, "{presented} {generation} {millis}");
        }
    }

    #[test]
    fn ends_by_rule() {
        let half_a_year = Timestamp(1_803_816_000_000); // 2027-02-28T12:00:00Z, from 2026-08-31T12:00:00Z
        assert_eq!(grant(0, true).ends(RefreshEnd::MonthsAfterAuthorization(6)), Some(half_a_year));
        assert_eq!(grant(0, true).ends(RefreshEnd::Never), None);
    }
}
