//! Migrations: numbered files, each run once in a transaction of its own. The database's `user_version` counts them.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_first.sql"),
    include_str!("../../migrations/0002_epochs.sql"),
    include_str!("../../migrations/0003_again.sql"),
    include_str!("../../migrations/0004_restored.sql"),
    include_str!("../../migrations/0005_administration.sql"),
    include_str!("../../migrations/0006_usage.sql"),
    include_str!("../../migrations/0007_teams.sql"),
    include_str!("../../migrations/0008_last_used.sql"),
    include_str!("../../migrations/0009_admin_api.sql"),
    include_str!("../../migrations/0010_registration.sql"),
    include_str!("../../migrations/0011_credential_makers.sql"),
    include_str!("../../migrations/0012_reviewed.sql"),
    include_str!("../../migrations/0013_browsers.sql"),
    include_str!("../../migrations/0014_audit_address.sql"),
];

/// Brings the database to the newest schema.
pub(crate) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    run_all(connection, MIGRATIONS)
}

/// Whether a database has tables that are known here; one that was never begun has none.
pub(super) fn is_begun(connection: &Connection) -> Result<bool, StoreError> {
    let (found, known) = (version(connection)?, newest());
    if found > known { Err(StoreError::NewerDatabase { found, known }) } else { Ok(found > 0) }
}

/// The database's schema.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The newest schema.
pub(crate) fn newest() -> u32 {
    MIGRATIONS.len() as u32
}

/// Whether the database has all tables of its schema. One that is no Stagedoor's has not.
pub(crate) fn is_complete(connection: &Connection) -> rusqlite::Result<bool> {
    let version = version(connection)? as usize;
    let Some(migrations @ [_, ..]) = MIGRATIONS.get(..version) else { return Ok(false) };
    let expected = Connection::open_in_memory()?;
    migrations.iter().try_for_each(|migration| expected.execute_batch(migration))?;
    let mut tables = expected.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let mut names = tables.query([])?;
    while let Some(name) = names.next()? {
        if !connection.table_exists(None, name.get_ref(0)?.as_str()?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn run_all(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = version(&transaction)?;
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

    /// Credentials of before are their makers', and end where these are kept out already; apps that were approved are reviewed as they are.
    #[test]
    fn what_was_made_and_approved_before() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        run_all(&mut connection, &MIGRATIONS[..10]).unwrap();
        let rows = "INSERT INTO accounts (id, email, name, password_hash, created) VALUES (7, 'ada@a', '', '', 0), (8, 'bob@a', '', '', 0),
            (9, 'eve@a', '', '', 0);
            UPDATE accounts SET administrator = 1 WHERE id <> 8;
            UPDATE accounts SET suspended = 1 WHERE id = 9;
            INSERT INTO admin_credentials (id, name, scopes, key_id, hash, created, expires)
            VALUES (1, 'a', 'read', 1, x'00', 0, 0), (2, 'b', 'read', 1, x'00', 0, 0),
            (3, 'c', 'read', 1, x'00', 0, 0), (4, 'd', 'read', 1, x'00', 0, 0);
            INSERT INTO audit (at, actor, origin, what, subject, subject_id)
            VALUES (0, 'ada@a', 'dashboard', '', 'credential', 1), (0, 'uid 7', 'admin socket', '', 'credential', 2),
            (0, 'bob@a', 'dashboard', '', 'credential', 3), (0, 'eve@a', 'dashboard', '', 'credential', 4);
            INSERT INTO apps (id, api, client_id, team_id, name, description, stage, public, created) VALUES
            (1, '', '1', 1, 'A', '', 'approved', 0, 0), (2, '', '2', 1, 'B', '', 'development', 0, 0);";
        connection.execute_batch(rows).unwrap();
        run(&mut connection).unwrap();
        assert_eq!(
            strings(&connection, "SELECT quote(made_by) FROM admin_credentials ORDER BY id"),
            ["7", "NULL"]
        );
        assert_eq!(
            strings(&connection, "SELECT quote(reviewed_name) FROM apps ORDER BY id"),
            ["'A'", "NULL"]
        );
    }

    /// From every former version on, all rows and all their columns are kept.
    #[test]
    fn all_are_additive() {
        for from in 1..MIGRATIONS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            connection.pragma_update(None, "foreign_keys", false).unwrap();
            run_all(&mut connection, &MIGRATIONS[..from]).unwrap();
            let tables = strings(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table'");
            let selects: Vec<String> = tables.iter().map(|table| fill(&connection, table)).collect();
            let rows = |connection: &Connection| -> Vec<String> {
                selects.iter().flat_map(|select| strings(connection, select)).collect()
            };
            let before = rows(&connection);
            assert_eq!(before.len(), tables.len());
            run(&mut connection).unwrap();
            assert_eq!(rows(&connection), before, "from version {from}");
            assert!(is_complete(&connection).unwrap());
        }
    }

    /// Puts a row into a table, and gives the statement that reads it as one text.
    fn fill(connection: &Connection, table: &str) -> String {
        let columns = strings(connection, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let types = strings(connection, &format!("SELECT type FROM pragma_table_info('{table}')"));
        let values = types.iter().map(|kind| match &**kind {
            "TEXT" => "'text'",
            "BLOB" => "x'0102'",
            _ => "7",
        });
        let (names, values) = (columns.join(", "), values.collect::<Vec<_>>().join(", "));
        connection.execute(&format!("INSERT INTO {table} ({names}) VALUES ({values})"), []).unwrap();
        let quoted = columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>();
        format!("SELECT '{table} ' || {} FROM {table}", quoted.join(" || ' ' || "))
    }

    fn strings(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn each_runs_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        let (first, second) = ("CREATE TABLE a (x BIGINT)", "CREATE TABLE b (x BIGINT)");
        run_all(&mut connection, &[first]).unwrap();
        assert_eq!(version(&connection).unwrap(), 1);
        for _ in 0..2 {
            run_all(&mut connection, &[first, second]).unwrap();
            assert_eq!(version(&connection).unwrap(), 2);
        }
    }

    #[test]
    fn one_that_fails_leaves_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = "CREATE TABLE a (x BIGINT); CREATE TABLE a (x BIGINT);";
        run_all(&mut connection, &[broken]).unwrap_err();
        assert_eq!(version(&connection).unwrap(), 0);
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
