//! What ended so recently that tokens made before may still be presented: loaded once, when the store is opened.

use rusqlite::{Connection, Row};
use stagedoor_protocol::id::{AccountId, AppId, GrantId, TeamId};
use stagedoor_protocol::{Subject, Timestamp};

use super::super::row;
use crate::ended::Ended;
use crate::sql::ended as sql;

pub(crate) fn load_ended(connection: &Connection, ended: &Ended, now: Timestamp) -> rusqlite::Result<()> {
    ended.set_floor(connection.query_row(sql::FLOOR, [], |row| row.get(0))?);
    let since = ended.horizon(now).0;
    let raised = |sql, subject: fn(i64) -> Subject| {
        each(connection, sql, since, |row| {
            ended.raise(subject(row.get(0)?), row.get(1)?, row::time(row, 2)?);
            Ok(())
        })
    };
    raised(sql::APPS_RAISED, |id| Subject::App(AppId(id)))?;
    raised(sql::APPS_REMOVED, |id| Subject::App(AppId(id)))?;
    raised(sql::TEAMS_RAISED, |id| Subject::Team(TeamId(id)))?;
    raised(sql::ACCOUNTS_RAISED, |id| Subject::Account(AccountId(id)))?;
    each(connection, sql::GRANTS_REVOKED, since, |row| {
        ended.revoke(Subject::Grant(GrantId(row.get(0)?)), row::time(row, 1)?);
        Ok(())
    })?;
    each(connection, sql::TOKENS_ENDED, now.0, |row| {
        ended.end_token(row.get::<_, i64>(0)?.cast_unsigned(), row::time(row, 1)?);
        Ok(())
    })
}

fn each(
    connection: &Connection,
    sql: &str,
    since: i64,
    mut note: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([since])?;
    while let Some(row) = rows.next()? {
        note(row)?;
    }
    Ok(())
}
