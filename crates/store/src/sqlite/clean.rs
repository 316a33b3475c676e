//! Deleting rows that are over, a bounded number at a time.

use rusqlite::{Connection, params};

use crate::Over;
use crate::ended::Ended;
use crate::sql::clean as sql;

/// How long a line of the audit log is kept: a year, and a month to look back at it.
const AUDIT_SECONDS: i64 = 400 * 24 * 3600;

/// Where the search for grants that an epoch or time ended has got. It goes round the table, a few rows each time.
#[derive(Default)]
pub(super) struct Sweep {
    behind_grant: i64,
}

impl Sweep {
    /// Deletes up to `at_most` rows. What ended before the horizon ended no token that is still alive.
    pub(super) fn clean(
        &mut self,
        connection: &Connection,
        over: &Over,
        ended: &Ended,
        at_most: u32,
    ) -> rusqlite::Result<u32> {
        let (now, horizon) = (over.now, ended.horizon(over.now));
        let run = |sql, first: i64, second: i64| connection.prepare_cached(sql)?.execute([first, second]);
        let mut left = i64::from(at_most);
        for sql in [sql::CODES, sql::SESSIONS, sql::DEVICES] {
            left -= run(sql, left, now.0)? as i64;
        }
        left -= run(sql::AUDIT, left, now.plus_seconds(-AUDIT_SECONDS).0)? as i64;
        left -= run(sql::ENDED_TOKENS, now.0, left)? as i64;
        left -= run(sql::REVOKED_GRANTS, horizon.0, left)? as i64;
        if left > 0 {
            left -= self.sweep_grants(connection, over, ended, left)?;
        }
        Ok(at_most.saturating_sub(u32::try_from(left).unwrap_or(0)))
    }

    /// Looks at the next `at_most` grants and deletes those whose app, team or account has risen above them, and those whose
    /// time is over and whose last access token's too.
    fn sweep_grants(
        &mut self,
        connection: &Connection,
        over: &Over,
        ended: &Ended,
        at_most: i64,
    ) -> rusqlite::Result<i64> {
        let last: Option<i64> = connection
            .prepare_cached(sql::LAST_OF_NEXT_GRANTS)?
            .query_row([self.behind_grant, at_most], |row| row.get(0))?;
        let Some(last) = last else {
            self.behind_grant = 0;
            return Ok(0);
        };
        let mut deleted = connection.prepare_cached(sql::OUTGROWN_GRANTS)?.execute(params![
            self.behind_grant,
            last,
            ended.horizon(over.now).0
        ])?;
        let mut expired = connection.prepare_cached(sql::EXPIRED_GRANTS)?;
        for grants in &over.grants {
            let before = ended.horizon(grants.authorized_before);
            deleted += expired.execute(params![self.behind_grant, last, before.0, grants.api])?;
        }
        self.behind_grant = last;
        Ok(deleted as i64)
    }
}
