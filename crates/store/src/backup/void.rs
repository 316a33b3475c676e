//! Ending what must not live on in a restored database: everything that may have been used, ended or outgrown since the
//! backup was taken.

use rusqlite::Connection;
use rusqlite::params;
use stagedoor_protocol::{Timestamp, restore};

use super::stamp;
use crate::sql::people;
use crate::sql::restore as sql;

/// All of it, or nothing.
pub(super) fn run(copy: &mut Connection, now: Timestamp, taken: Option<Timestamp>) -> rusqlite::Result<()> {
    let transaction = copy.transaction()?;
    let highest = transaction.query_row(sql::HIGHEST_EPOCH, [], |row| row.get(0))?;
    let epoch = restore::epoch(highest, now);
    // First, while one can tell which are alive: a grant goes on, whatever else ends.
    transaction.execute(sql::CARRY_GRANTS, [epoch])?;
    for raise in [sql::APP_EPOCHS, sql::TEAM_EPOCHS, sql::ACCOUNT_EPOCHS] {
        transaction.execute(raise, [epoch])?;
    }
    for end in [
        sql::DROP_UNUSED_CODES,
        sql::DENY_OPEN_DEVICES,
        sql::END_SESSIONS,
        sql::END_ACTIVE_GRANTS,
        // One that was revoked since would be good again.
        sql::END_ADMIN_CREDENTIALS,
        sql::FORGET_ANSWERS,
    ] {
        transaction.execute(end, [])?;
    }
    transaction.execute(sql::NOTE, params![epoch, now.0, taken.map(|taken| taken.0)])?;
    transaction.execute(
        people::AUDIT,
        params![now.0, "stagedoor", "restore", None::<String>, "restored from a backup", "server", 0],
    )?;
    stamp::remove(&transaction)?;
    transaction.commit()
}
