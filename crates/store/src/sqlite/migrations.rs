//! Migrations: numbered files, each run once in a transaction of its own. The database's `user_version` counts them.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001_first.sql")];

/// Brings the database to the newest schema.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    run_all(connection, MIGRATIONS)
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
