//! Deleting rows that are over: a bounded number at a time, and for a bounded time, for nobody else commits meanwhile.

use std::time::Duration;

use rusqlite::{Connection, params};
use stagedoor_protocol::usage::{Day, Hour};
use stagedoor_protocol::{Timestamp, idempotency};

use crate::ended::lasting_horizon;
use crate::sql::clean as sql;
use crate::stopwatch::Stopwatch;
use crate::{Cleaned, Over};

/// How long a line of the audit log is kept: a year, and a month to look back at it.
const AUDIT_SECONDS: i64 = 400 * 24 * 3600;

/// How long hours are kept, what was refused, and who was active.
const USAGE_SECONDS: i64 = 62 * 24 * 3600;

/// How long days are kept.
const USAGE_DAY_SECONDS: i64 = 400 * 24 * 3600;

/// How long an e-mail stays that someone registered and nobody confirmed: a week, where its links work for a day.
const UNCONFIRMED_SECONDS: i64 = 7 * 24 * 3600;

/// Rows that one statement looks at: few enough to be quick where each has to be fetched from a disk.
const PIECE: i64 = 32;

/// How much may be done in one transaction.
pub(super) struct Allowance<T> {
    rows: i64,
    deleted: u32,
    is_time_left: T,
}

impl Allowance<()> {
    /// So many rows, and so long from now.
    pub(super) fn of(at_most: u32, how_long: Duration) -> Allowance<impl Fn() -> bool> {
        let stopwatch = Stopwatch::start();
        Allowance::until(at_most, move || stopwatch.elapsed() < how_long)
    }
}

impl<T: Fn() -> bool> Allowance<T> {
    fn until(at_most: u32, is_time_left: T) -> Self {
        Self { rows: i64::from(at_most), deleted: 0, is_time_left }
    }

    fn is_left(&self) -> bool {
        self.rows > 0 && (self.is_time_left)()
    }

    fn piece(&self) -> i64 {
        self.rows.min(PIECE)
    }

    fn spend(&mut self, deleted: usize) {
        self.rows -= deleted as i64;
        self.deleted += deleted as u32;
    }
}

/// Where the search for grants that an epoch or time ended has got. It goes round the table, as far as time allows each
/// time.
#[derive(Default)]
pub(super) struct Sweep {
    behind_grant: i64,
}

impl Sweep {
    /// Deletes what `allowance` allows. What ended before the horizon ended no token that is still alive.
    pub(super) fn clean(
        &mut self,
        connection: &Connection,
        over: &Over,
        mut allowance: Allowance<impl Fn() -> bool>,
    ) -> rusqlite::Result<Cleaned> {
        for (sql, until) in rows_with_an_end(over.now, lasting_horizon(over.now)) {
            let mut statement = connection.prepare_cached(sql)?;
            while allowance.is_left() {
                let piece = allowance.piece();
                let deleted = statement.execute([piece, until])?;
                allowance.spend(deleted);
                if (deleted as i64) < piece {
                    break;
                }
            }
        }
        while allowance.is_left()
            && let Some(deleted) = self.sweep_grants(connection, over, allowance.piece())?
        {
            allowance.spend(deleted);
        }
        // A search that found nothing may go on at its leisure.
        Ok(Cleaned { rows: allowance.deleted, more: allowance.deleted > 0 && !allowance.is_left() })
    }

    /// Looks at the next `at_most` grants and deletes those whose app, team or account has risen above them, and those whose
    /// time is over and whose last access token's too. `None` at the end of the table.
    fn sweep_grants(
        &mut self,
        connection: &Connection,
        over: &Over,
        at_most: i64,
    ) -> rusqlite::Result<Option<usize>> {
        let last: Option<i64> = connection
            .prepare_cached(sql::LAST_OF_NEXT_GRANTS)?
            .query_row([self.behind_grant, at_most], |row| row.get(0))?;
        let Some(last) = last else {
            self.behind_grant = 0;
            return Ok(None);
        };
        let mut deleted = connection.prepare_cached(sql::OUTGROWN_GRANTS)?.execute(params![
            self.behind_grant,
            last,
            lasting_horizon(over.now).0
        ])?;
        let mut expired = connection.prepare_cached(sql::EXPIRED_GRANTS)?;
        for grants in &over.grants {
            let before = lasting_horizon(grants.authorized_before);
            deleted += expired.execute(params![self.behind_grant, last, before.0, grants.api])?;
        }
        self.behind_grant = last;
        Ok(Some(deleted))
    }
}

/// Statements that delete what is over before a time, an hour or a day, and which that is.
fn rows_with_an_end(now: Timestamp, horizon: Timestamp) -> [(&'static str, i64); 14] {
    let day = |seconds: i64| Day::of(now.plus_seconds(-seconds)).0;
    [
        (sql::CODES, now.0),
        (sql::SESSIONS, now.0),
        (sql::DEVICES, now.0),
        (sql::UNCONFIRMED, now.plus_seconds(-UNCONFIRMED_SECONDS).0),
        (sql::AUDIT, now.plus_seconds(-AUDIT_SECONDS).0),
        (sql::INVITATIONS, now.0),
        (sql::REMOVED_APPS, horizon.0),
        (sql::ENDED_TOKENS, now.0),
        (sql::REVOKED_GRANTS, horizon.0),
        (sql::USAGE_HOURS, Hour::of(now.plus_seconds(-USAGE_SECONDS)).0),
        (sql::USAGE_DAYS, day(USAGE_DAY_SECONDS)),
        (sql::USAGE_USERS, day(USAGE_SECONDS)),
        (sql::REFUSALS, day(USAGE_SECONDS)),
        (sql::KEPT_ANSWERS, idempotency::horizon(now).0),
    ]
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use rusqlite::StatementStatus;

    use super::super::sample::{self, NOW};
    use super::super::{effects, migrations, open};
    use super::*;
    use crate::memory::Aftermath;

    fn database() -> (Connection, tempfile::TempDir) {
        let folder = tempfile::TempDir::new().unwrap();
        let mut connection = open::writer(&folder.path().join("db")).unwrap();
        migrations::run(&mut connection).unwrap();
        for effect in sample::rows() {
            effects::apply(&connection, &effect, &mut Aftermath::default()).unwrap();
        }
        (connection, folder)
    }

    #[test]
    fn when_time_is_up_the_rest_is_left() {
        let (connection, _folder) = database();
        for id in 1..=100 {
            let code = sample::code(id, String::new());
            effects::apply(&connection, &code, &mut Aftermath::default()).unwrap();
        }
        let mut sweep = Sweep::default();
        let over = Over { now: NOW, grants: Vec::new() };
        let mut clean = |pieces: u32| {
            let left = Cell::new(pieces);
            // Asked before each piece, and once at the end.
            let is_time_left = || left.replace(left.get().saturating_sub(1)) > 0;
            let cleaned = sweep.clean(&connection, &over, Allowance::until(1_000, is_time_left)).unwrap();
            (cleaned.rows, cleaned.more)
        };
        assert_eq!(
            [clean(2), clean(0), clean(100), clean(100)],
            [(64, true), (0, false), (36, false), (0, false)]
        );
    }

    /// However many apps there are, only those of the grants are looked at.
    #[test]
    fn the_search_for_grants_does_not_grow_with_the_apps() {
        let (connection, _folder) = database();
        let steps = || {
            let mut statement = connection.prepare(sql::EXPIRED_GRANTS).unwrap();
            statement.execute(params![0, i64::MAX, NOW.0, sample::API]).unwrap();
            statement.get_status(StatementStatus::VmStep)
        };
        let few = steps();
        let more_apps =
            "WITH RECURSIVE number (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM number WHERE n < 400)
            INSERT INTO apps (id, api, client_id, team_id, name, description, stage, public, created)
            SELECT n, 'api', 'client' || n, 1, '', '', 'approved', 0, 0 FROM number";
        connection.execute_batch(more_apps).unwrap();
        assert_eq!(steps(), few);
    }
}
