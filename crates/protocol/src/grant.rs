//! A grant: what one redeemed code, or one client-credentials call with a refresh token, started.

use stagedoor_wire::dialect::{LostAnswer, RefreshEnd};
use stagedoor_wire::{ClientId, Scopes};

use crate::Timestamp;
use crate::access_token::Epochs;
use crate::account::Email;
use crate::administration::Objection;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
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

/// The tokens of a grant that were presented again, later than a race explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// The latest generation that was. 0: none yet.
    pub generation: u32,
    /// How many generations in a row were, that one included.
    pub in_a_row: u32,
}

impl Again {
    /// The same with one more generation; `None` when it is counted already, however often it comes.
    pub fn with(self, generation: u32) -> Option<Self> {
        if self.generation == generation {
            return None;
        }
        let follows = self.generation.checked_add(1) == Some(generation);
        let in_a_row = if follows { self.in_a_row.saturating_add(1) } else { 1 };
        Some(Self { generation, in_a_row })
    }
}

/// How long a public client may present a token again whose answer it lost, in seconds.
pub const PUBLIC_RETRY_SECONDS: i64 = 20;

/// Two presentations this close, in seconds, are a race between programs of one owner, not a lost answer.
pub const RACE_SECONDS: i64 = 2;

/// When so many generations in a row of a public client came again, two share its tokens: nobody loses every answer.
pub const PUBLIC_RETRIES_IN_A_ROW: u32 = 3;

/// What presenting a generation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// The newest token, for the first time.
    First,
    /// A token whose successor is unused: the same successor is given again, so that a lost answer does no harm, where that is
    /// the dialect's rule.
    Retry,
    /// The same within moments of the first time: several programs of one owner refresh at once.
    Race,
    /// A token whose successor was used, or may have been, or one of several in a row that came again: someone else has a
    /// copy (RFC 9700 §4.14.2).
    Replay,
    /// A right token newer than the row: the database was restored from a backup.
    Ahead,
}

impl Grant {
    /// What presenting `generation` at `now` means.
    pub fn presentation(
        &self,
        generation: u32,
        again: Again,
        rule: LostAnswer,
        now: Timestamp,
    ) -> Presentation {
        let Succession { presented, at } = self.succession;
        if generation > presented.saturating_add(1) {
            Presentation::Ahead
        } else if generation == presented.saturating_add(1) {
            Presentation::First
        } else if generation == presented
            && rule == LostAnswer::Repeated
            && (self.confidential || now <= at.plus_seconds(PUBLIC_RETRY_SECONDS))
        {
            // A thief who keeps step with the owner looks like a client that loses every answer.
            let shared = !self.confidential
                && again.with(generation).is_some_and(|now| now.in_a_row >= PUBLIC_RETRIES_IN_A_ROW);
            if now <= at.plus_seconds(RACE_SECONDS) {
                Presentation::Race
            } else if shared {
                Presentation::Replay
            } else {
                Presentation::Retry
            }
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

/// Every grant authorized before this has ended by time, whatever its months were: what may be cleaned. `None` where none
/// ends so.
pub fn all_ended_if_authorized_before(rule: RefreshEnd, now: Timestamp) -> Option<Timestamp> {
    const LONGEST_MONTH_SECONDS: i64 = 31 * 24 * 3600;
    match rule {
        RefreshEnd::Never => None,
        RefreshEnd::MonthsAfterAuthorization(months) => {
            Some(now.plus_seconds(-LONGEST_MONTH_SECONDS * i64::from(months)))
        }
    }
}

/// The one active grant of an app, in a dialect that allows one. It is active until its newest access token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveGrant {
    pub grant: GrantId,
    pub until: Timestamp,
}

/// A grant as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRecord {
    pub grant: Grant,
    /// The API's name.
    pub api: String,
    pub client_id: ClientId,
    /// Of the person who consented.
    pub email: Option<Email>,
    /// Whether it was revoked, alone or with its app, team or person. Its end by time is not counted.
    pub ended: bool,
}

/// Ends a grant and all its tokens.
pub fn revoke(grant: GrantId, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    let audit = AuditEntry::new(now, actor, "grant revoked", Subject::Grant(grant));
    Decision { reply: Ok(()), effects: vec![Effect::RevokeGrant { grant, at: now }, Effect::Audit(audit)] }
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
        use Presentation::{Ahead, First, Race, Replay, Retry};
        // presented so far, generation shown, milliseconds later, from a confidential client, from a public one
        let cases = [
            (0, 1, 0, First, First),
            (0, 1, 1_000_000, First, First),
            (0, 2, 0, Ahead, Ahead),
            (0, u32::MAX, 0, Ahead, Ahead),
            (5, 6, 0, First, First),
            (5, 7, 0, Ahead, Ahead),
            (5, 5, 0, Race, Race),
            (5, 5, -1, Race, Race),
            (5, 5, 2_000, Race, Race),
            (5, 5, 2_001, Retry, Retry),
            (5, 5, 20_000, Retry, Retry),
            (5, 5, 20_001, Retry, Replay),
            (5, 4, 0, Replay, Replay),
            (5, 0, 0, Replay, Replay),
            (u32::MAX, 1, 0, Replay, Replay),
        ];
        for (presented, generation, millis, confidential, public) in cases {
            let now = Timestamp(AT.0 + millis);
            let shown = |confidential, rule| {
                grant(presented, confidential).presentation(generation, Again::default(), rule, now)
            };
            let strict = |lenient| if matches!(lenient, Race | Retry) { Replay } else { lenient };
            for (is_confidential, lenient) in [(true, confidential), (false, public)] {
                let case = format!("{presented} {generation} {millis} {is_confidential}");
                assert_eq!(shown(is_confidential, LostAnswer::Repeated), lenient, "{case}");
                assert_eq!(shown(is_confidential, LostAnswer::Lost), strict(lenient), "{case}");
            }
        }
    }

    #[test]
    fn generations_in_a_row() {
        let counted = |generations: &[u32]| {
            generations
                .iter()
                .fold(Again::default(), |again, &next| again.with(next).unwrap_or(again))
                .in_a_row
        };
        let cases = [(&[][..], 0), (&[1], 1), (&[4], 1), (&[4, 5, 6], 3), (&[4, 4, 4], 1), (&[4, 6], 1)];
        for (generations, in_a_row) in cases {
            assert_eq!(counted(generations), in_a_row, "{generations:?}");
        }
    }

    #[test]
    fn ends_by_rule() {
        let half_a_year = Timestamp(1_803_816_000_000); // 2027-02-28T12:00:00Z, from 2026-08-31T12:00:00Z
        assert_eq!(grant(0, true).ends(RefreshEnd::MonthsAfterAuthorization(6)), Some(half_a_year));
        assert_eq!(grant(0, true).ends(RefreshEnd::Never), None);
        assert_eq!(all_ended_if_authorized_before(RefreshEnd::Never, AT), None);
    }

    #[test]
    fn what_is_cleaned_has_ended() {
        const DAY: i64 = 24 * 3600;
        for months in [1, 2, 6, 12, 13] {
            let rule = RefreshEnd::MonthsAfterAuthorization(months);
            for day in 0..800 {
                let now = AT.plus_seconds(day * DAY);
                let before = all_ended_if_authorized_before(rule, now).unwrap();
                let last = Grant { authorized: Timestamp(before.0 - 1), ..grant(0, true) };
                assert!(last.ends(rule).unwrap() <= now, "{months} {day}");
                let young = Grant { authorized: before.plus_seconds(i64::from(months) * 4 * DAY), ..last };
                assert!(young.ends(rule).unwrap() > now, "not kept for long either: {months} {day}");
            }
        }
    }
}
