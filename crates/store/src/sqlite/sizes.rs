//! How large everything is. SQLite keeps no number of rows, and going through millions of them at once would take seconds:
//! so each time somebody asks, the counting goes on where it stopped, for as long as they wait. A small table's number is from
//! just now, a huge one's from when the last round through all tables came by.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::open;
use crate::StoreError;
use crate::sql::count as sql;
use crate::stopwatch::Stopwatch;

/// A new round begins this long after the last one began, or later.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(30);
/// Rows after which the time is looked at.
const ROWS: u64 = 1000;

/// Each table, how to go through it, and what stands before its first key.
const TABLES: [(&str, &str, Before); 26] = [
    ("accounts", sql::ACCOUNTS, Before::Id),
    ("teams", sql::TEAMS, Before::Id),
    ("team_members", sql::TEAM_MEMBERS, Before::TwoIds),
    ("apps", sql::APPS, Before::Id),
    ("app_teams", sql::APP_TEAMS, Before::TwoIds),
    ("redirect_uris", sql::REDIRECT_URIS, Before::TwoIds),
    ("secrets", sql::SECRETS, Before::Id),
    ("listed_users", sql::LISTED_USERS, Before::TwoIds),
    ("legacy_keys", sql::LEGACY_KEYS, Before::TwoTexts),
    ("consents", sql::CONSENTS, Before::TwoIds),
    ("sessions", sql::SESSIONS, Before::Id),
    ("codes", sql::CODES, Before::Id),
    ("devices", sql::DEVICES, Before::Id),
    ("grants", sql::GRANTS, Before::Id),
    ("active_grants", sql::ACTIVE_GRANTS, Before::Id),
    ("ended_tokens", sql::ENDED_TOKENS, Before::Id),
    ("invitations", sql::INVITATIONS, Before::Id),
    ("removed_apps", sql::REMOVED_APPS, Before::Id),
    ("audit", sql::AUDIT, Before::Id),
    ("restored", sql::RESTORED, Before::Id),
    ("usage_hours", sql::USAGE_HOURS, Before::TwoIdsAndText),
    ("usage_days", sql::USAGE_DAYS, Before::TwoIdsAndText),
    ("usage_users", sql::USAGE_USERS, Before::ThreeIds),
    ("admin_credentials", sql::ADMIN_CREDENTIALS, Before::Id),
    ("kept_answers", sql::KEPT_ANSWERS, Before::Id),
    ("refusals", sql::REFUSALS, Before::TwoIdsAndTwoTexts),
];

#[derive(Clone, Copy)]
enum Before {
    Id,
    TwoIds,
    TwoTexts,
    ThreeIds,
    TwoIdsAndText,
    TwoIdsAndTwoTexts,
}

/// How large everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Tables and their rows; one that no round has come to yet is left out.
    pub rows: Vec<(&'static str, u64)>,
    /// The database file, in bytes.
    pub database_bytes: u64,
    /// Of these, what is free for new rows.
    pub free_bytes: u64,
    /// The write-ahead log beside it, in bytes.
    pub log_bytes: u64,
}

/// A connection of its own, and how far the counting has got.
pub(super) struct Sizing {
    connection: Connection,
    log: PathBuf,
    counted: [Option<u64>; TABLES.len()],
    round: Round,
    pace: Pace,
}

#[derive(Clone, Copy)]
struct Pace {
    between_rounds: Duration,
    rows: u64,
}

struct Round {
    began: Stopwatch,
    /// The table it is in; behind the last one when it is over.
    table: usize,
    behind: Vec<Value>,
    rows: u64,
}

impl Sizing {
    pub(super) fn new(database: &Path) -> Result<Self, StoreError> {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let pace = Pace { between_rounds: BETWEEN_ROUNDS, rows: ROWS };
        Ok(Self {
            connection: open::reader(database)?,
            log: log.into(),
            counted: [None; TABLES.len()],
            round: Round::new(),
            pace,
        })
    }

    /// Goes on counting for about this long, and says what is known.
    pub(super) fn ask(&mut self, at_a_time: Duration) -> Result<Sizes, StoreError> {
        if self.round.is_over() && self.round.began.elapsed() >= self.pace.between_rounds {
            self.round = Round::new();
        }
        let begun = Stopwatch::start();
        while !self.round.is_over() {
            let ended = self.round.go_on(&self.connection, self.pace.rows)?;
            if let Some((table, rows)) = ended {
                self.counted[table] = Some(rows);
            }
            if begun.elapsed() >= at_a_time {
                break;
            }
        }
        let number = |pragma| {
            let value: i64 = self.connection.pragma_query_value(None, pragma, |row| row.get(0))?;
            Ok::<_, StoreError>(u64::try_from(value).unwrap_or(0))
        };
        let page = number("page_size")?;
        let counted = TABLES.iter().zip(self.counted);
        Ok(Sizes {
            rows: counted.filter_map(|((name, ..), rows)| Some((*name, rows?))).collect(),
            database_bytes: number("page_count")? * page,
            free_bytes: number("freelist_count")? * page,
            // There is none until something is written.
            log_bytes: std::fs::metadata(&self.log).map_or(0, |log| log.len()),
        })
    }
}

impl Round {
    fn new() -> Self {
        Self { began: Stopwatch::start(), table: 0, behind: TABLES[0].2.key(), rows: 0 }
    }

    fn is_over(&self) -> bool {
        self.table >= TABLES.len()
    }

    /// Counts up to `at_most` rows of the table it is in. At the table's end: which it was, and its rows.
    fn go_on(&mut self, connection: &Connection, at_most: u64) -> rusqlite::Result<Option<(usize, u64)>> {
        let (_, sql, _) = TABLES[self.table];
        let mut statement = connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut keys = statement.query(params_from_iter(&self.behind))?;
        for number in 1.. {
            let Some(key) = keys.next()? else { break };
            self.rows += 1;
            if number == at_most {
                self.behind = (0..columns).map(|column| key.get(column)).collect::<Result<_, _>>()?;
                return Ok(None);
            }
        }
        let ended = (self.table, std::mem::take(&mut self.rows));
        self.table += 1;
        self.behind = TABLES.get(self.table).map(|(.., before)| before.key()).unwrap_or_default();
        Ok(Some(ended))
    }
}

impl Before {
    fn key(self) -> Vec<Value> {
        let (ids, texts) = match self {
            Self::Id => (1, 0),
            Self::TwoIds => (2, 0),
            Self::TwoTexts => (0, 2),
            Self::ThreeIds => (3, 0),
            Self::TwoIdsAndText => (2, 1),
            Self::TwoIdsAndTwoTexts => (2, 2),
        };
        let ids = std::iter::repeat_n(Value::Integer(i64::MIN), ids);
        ids.chain(std::iter::repeat_n(Value::Text(String::new()), texts)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::super::{migrations, open};
    use super::*;

    struct Bench {
        writer: Connection,
        path: PathBuf,
        _folder: TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("db");
            let mut writer = open::writer(&path).unwrap();
            migrations::run(&mut writer).unwrap();
            writer.pragma_update(None, "foreign_keys", false).unwrap();
            Self { writer, path, _folder: folder }
        }

        fn run(&self, sql: &str) {
            self.writer.execute_batch(sql).unwrap();
        }

        fn sizing(&self, rows: u64) -> Sizing {
            let mut sizing = Sizing::new(&self.path).unwrap();
            sizing.pace = Pace { between_rounds: Duration::ZERO, rows };
            sizing
        }
    }

    fn rows(sizes: &Sizes, table: &str) -> Option<u64> {
        sizes.rows.iter().find(|(name, _)| *name == table).map(|(_, rows)| *rows)
    }

    #[test]
    fn no_table_is_left_out() {
        let bench = Bench::new();
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = bench.writer.prepare(sql).unwrap();
        let there: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut known = TABLES.map(|(name, ..)| name);
        known.sort_unstable();
        assert_eq!(
            known.as_slice(),
            there,
            "give a new table a line in TABLES and a statement in sql/count.rs"
        );
    }

    #[test]
    fn all_is_counted() {
        let bench = Bench::new();
        bench.run(
            "INSERT INTO ended_tokens VALUES (-9, 0), (0, 0), (7, 0);
             INSERT INTO consents VALUES (1, 1, '', 0), (1, 2, '', 0), (2, 1, '', 0);
             INSERT INTO legacy_keys VALUES ('a', '', 1, 1, x'', NULL), ('a', 'b', 1, 1, x'', NULL)",
        );
        // Of the second, each asking goes on for one row alone.
        for (at_a_time, rows_at_a_time) in [(Duration::MAX, ROWS), (Duration::ZERO, 1)] {
            let mut sizing = bench.sizing(rows_at_a_time);
            let mut sizes = sizing.ask(at_a_time).unwrap();
            while !sizing.round.is_over() {
                sizes = sizing.ask(at_a_time).unwrap();
            }
            let of = |table| rows(&sizes, table);
            assert_eq!((of("ended_tokens"), of("consents"), of("legacy_keys")), (Some(3), Some(3), Some(2)));
            assert_eq!((of("grants"), sizes.rows.len()), (Some(0), TABLES.len()));
            assert!(sizes.database_bytes > 0 && sizes.log_bytes > 0);
        }
    }

    #[test]
    fn a_round_goes_on_where_it_stopped() {
        let bench = Bench::new();
        bench.run("INSERT INTO accounts (id, email, name, password_hash, created) VALUES (1, 'a', '', '', 0), (2, 'b', '', '', 0)");
        let mut sizing = bench.sizing(1);
        for _ in 0..2 {
            assert_eq!(rows(&sizing.ask(Duration::ZERO).unwrap(), "accounts"), None, "it is not through yet");
        }
        assert_eq!(rows(&sizing.ask(Duration::ZERO).unwrap(), "accounts"), Some(2));
        // What comes behind its back is for the next round.
        bench.run("DELETE FROM accounts WHERE id = 1");
        while !sizing.round.is_over() {
            assert_eq!(rows(&sizing.ask(Duration::ZERO).unwrap(), "accounts"), Some(2));
        }
        assert_eq!(rows(&sizing.ask(Duration::MAX).unwrap(), "accounts"), Some(1));
        // And that one begins no sooner than it may.
        sizing.pace.between_rounds = Duration::MAX;
        bench.run("DELETE FROM accounts");
        assert_eq!(rows(&sizing.ask(Duration::MAX).unwrap(), "accounts"), Some(1));
    }
}
