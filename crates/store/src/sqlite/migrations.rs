//! Migrations: numbered files, each run once in a transaction of its own. The database's `user_version` counts them.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_first.sql"),
    include_str!("../../migrations/0002_epochs.sql"),
    include_str!("../../migrations/0003_again.sql"),
];

/// Brings the database to the newest schema.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    run_all(connection, MIGRATIONS)
}

/// Whether a database has tables that are known here; one that was never begun has none.
pub(super) fn is_begun(connection: &Connection) -> Result<bool, StoreError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known { Err(StoreError::NewerDatabase { found, known }) } else { Ok(found > 0) }
}

fn run_all(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let (found, known) = (version as usize, migrations.len());
        if found > known {
            return Err(StoreError::NewerDatabase { found: version, known: known as u32 });
        }
        let Some(migration) = migrations.get(found) else { return Ok(()) };
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
        tracing::info!(schema = version + 1, "database migrated");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> u32 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_statement_fits_the_schema() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        for (name, text) in crate::sql::all() {
            connection.prepare(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    /// What was being decided while the program was replaced has the lowest epochs: it is good unless one has risen.
    #[test]
    fn codes_and_devices_from_before_epochs() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        run_all(&mut connection, &MIGRATIONS[..1]).unwrap();
        let code =
            "INSERT INTO codes (id, hash, app_id, account_id, redirect_uri, scopes, authorized, expires)
            VALUES (1, x'00', 1, 1, '', '', 0, 0)";
        let device =
            "INSERT INTO devices (id, hash, user_code, app_id, scopes, expires, interval_seconds, state)
            VALUES (1, x'00', 'A', 1, '', 0, 5, 'allowed')";
        connection.execute_batch(&format!("{code}; {device};")).unwrap();
        run(&mut connection).unwrap();
        for table in ["codes", "devices"] {
            let sum = format!("SELECT app_epoch + team_epoch + account_epoch FROM {table}");
            assert_eq!(connection.query_row(&sum, [], |row| row.get(0)), Ok(0), "{table}");
        }
    }

    #[test]
    fn each_runs_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        let (first, second) = ("CREATE TABLE a (x BIGINT)", "CREATE TABLE b (x BIGINT)");
        run_all(&mut connection, &[first]).unwrap();
        assert_eq!(version(&connection), 1);
        for _ in 0..2 {
            run_all(&mut connection, &[first, second]).unwrap();
            assert_eq!(version(&connection), 2);
        }
    }

    #[test]
    fn one_that_fails_leaves_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = "CREATE TABLE a (x BIGINT); CREATE TABLE a (x BIGINT);";
        run_all(&mut connection, &[broken]).unwrap_err();
        assert_eq!(version(&connection), 0);
        assert!(!connection.table_exists(None, "a").unwrap());
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 2).unwrap();
        let refused = run_all(&mut connection, &[""]);
        assert!(matches!(refused, Err(StoreError::NewerDatabase { found: 2, known: 1 })));
    }
}
