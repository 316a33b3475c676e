//! A bare loop that changes 64 rows a transaction, with the pragmas of the store's writer.

use std::io::BufRead;
use std::path::Path;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

/// Rows changed in one transaction.
const TOGETHER: u32 = 64;

/// As large as ids that grow with time.
const FIRST: i64 = 60_000_000_000_000_000;

/// A grant's columns.
const TABLE: &str = "CREATE TABLE rows (
    id INTEGER PRIMARY KEY, app_id BIGINT NOT NULL, team_id BIGINT NOT NULL, account_id BIGINT,
    app_epoch BIGINT NOT NULL, team_epoch BIGINT NOT NULL, account_epoch BIGINT NOT NULL, scopes TEXT NOT NULL,
    salt BLOB NOT NULL, key_id BIGINT NOT NULL, confidential BIGINT NOT NULL, authorized BIGINT NOT NULL,
    presented BIGINT NOT NULL, presented_at BIGINT NOT NULL, revoked BIGINT)";
const ADD: &str = "INSERT INTO rows VALUES (?1, 1900000000000000000, 5001, 7001, 0, 0, 0, 'read profile',
    randomblob(16), 2, 1, ?2, 0, ?2, NULL)";
const CHANGE: &str = "UPDATE rows SET presented = presented + 1, presented_at = ?1 WHERE id = ?2";

/// Makes as many rows as the first line says, then loops for as many seconds as each further line says.
pub(super) fn serve(folder: &Path) -> anyhow::Result<()> {
    let mut lines = std::io::stdin().lock().lines().map_while(Result::ok);
    let rows: i64 = lines.next().unwrap_or_default().parse()?;
    let connection = open(folder, rows)?;
    println!("{}", json!({"rows": rows}));
    let mut random = StdRng::seed_from_u64(1);
    for line in lines {
        let told = change(&connection, rows, Duration::from_secs(line.parse()?), &mut random)?;
        println!("{told}");
    }
    Ok(())
}

fn open(folder: &Path, rows: i64) -> anyhow::Result<Connection> {
    let connection = Connection::open(folder.join("bare.db"))?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    connection.execute_batch(TABLE)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for id in FIRST..FIRST + rows {
        connection.prepare_cached(ADD)?.execute(params![id, 1_800_000_000_000_i64])?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(connection)
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this program is for")]
fn change(
    connection: &Connection,
    rows: i64,
    how_long: Duration,
    random: &mut StdRng,
) -> anyhow::Result<Value> {
    let started = Instant::now();
    let mut commits = Vec::new();
    while started.elapsed() < how_long {
        let began = Instant::now();
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for _ in 0..TOGETHER {
            let id = random.random_range(FIRST..FIRST + rows);
            connection.prepare_cached(CHANGE)?.execute([1_800_000_000_000, id])?;
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        commits.push(began.elapsed());
    }
    let seconds = started.elapsed().as_secs_f64();
    commits.sort_unstable();
    let p99 = commits[(commits.len() - 1) * 99 / 100];
    Ok(json!({"count": commits.len() as u64 * u64::from(TOGETHER), "seconds": seconds,
        "p99_ms": p99.as_secs_f64() * 1e3}))
}
