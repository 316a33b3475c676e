//! When a person has to sign in again because refresh tokens of the provider end at a set time.

use stagedoor_wire::Timestamp;
use stagedoor_wire::dialect::{Dialect, RefreshEnd};

use crate::credential::RefreshToken;

const DAY_SECONDS: i64 = 86_400;

/// The days left at which to say so.
pub const WARN_AT_DAYS: [u8; 3] = [30, 7, 1];

/// When `refresh` ends however often it is used; `None` where the dialect knows no such end.
pub fn sign_in_due(dialect: &Dialect, refresh: &RefreshToken) -> Option<Timestamp> {
    match dialect.refresh_token.as_ref()?.ends {
        RefreshEnd::Never => None,
        RefreshEnd::MonthsAfterAuthorization(months) => Some(refresh.authorized.plus_months(months)),
    }
}

/// Whole days until `due`; negative once it has passed.
pub fn days_left(due: Timestamp, now: Timestamp) -> i64 {
    due.0.saturating_sub(now.0).div_euclid(DAY_SECONDS * 1000)
}

/// The warning that is due with so many days left: the narrowest of [`WARN_AT_DAYS`] they fall under.
pub fn warning(days_left: i64) -> Option<u8> {
    WARN_AT_DAYS.into_iter().filter(|&at| days_left <= i64::from(at)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_wire::Secret;

    #[test]
    fn counted_from_the_authorization() {
        let authorized = Timestamp::from_seconds(1_788_134_400); // 2026-08-31T00:00:00Z
        let received = authorized.plus_seconds(100 * DAY_SECONDS);
        let refresh = RefreshToken { token: Secret::new("r"), authorized, received };
        let spotify = Dialect::built_in("spotify").unwrap();
        let due = sign_in_due(&spotify, &refresh).unwrap();
        assert_eq!(due, Timestamp::from_seconds(1_803_772_800)); // 2027-02-28T00:00:00Z
        assert_eq!(days_left(due, authorized), 181);
        assert_eq!(days_left(due, due.plus_seconds(1)), -1);
        assert_eq!(sign_in_due(&Dialect::built_in("bandcamp").unwrap(), &refresh), None);
    }

    #[test]
    fn warned_at_30_7_and_1() {
        let cases = [
            (31, None),
            (30, Some(30)),
            (8, Some(30)),
            (7, Some(7)),
            (2, Some(7)),
            (1, Some(1)),
            (-4, Some(1)),
        ];
        for (days, at) in cases {
            assert_eq!(warning(days), at, "{days}");
        }
    }
}
