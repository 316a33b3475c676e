//! Reading columns.

use rusqlite::Row;
use rusqlite::types::Type;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::access_token::Epochs;
use stagedoor_wire::Scopes;

/// The text of a column, read by `read`. A text that has no meaning makes the row unreadable; it is not shown.
pub(super) fn text<T>(
    row: &Row<'_>,
    column: usize,
    read: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let unreadable = || {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, "a stored text has no meaning".into())
    };
    read(row.get_ref(column)?.as_str()?).ok_or_else(unreadable)
}

pub(super) fn scopes(row: &Row<'_>, column: usize) -> rusqlite::Result<Scopes> {
    text(row, column, |text| Scopes::parse(text).ok())
}

/// Three columns: the epochs of app, team and account.
pub(super) fn epochs(row: &Row<'_>, column: usize) -> rusqlite::Result<Epochs> {
    Ok(Epochs { app: row.get(column)?, team: row.get(column + 1)?, account: row.get(column + 2)? })
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp)
}

pub(super) fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}
