//! Killed at every step of a restoration: what lies there is the former database or the restored one, whole, and the next
//! attempt succeeds.

use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use stagedoor_protocol::Effect;
use stagedoor_store::backup::BackupFile;

use crate::backup::take;
use crate::restore::restore;
use crate::world::{NOW, World, code, open};

const DATABASE: &str = "STAGEDOOR_RESTORE_DATABASE";
const STEP: &str = "STAGEDOOR_RESTORE_STEP";

/// Not a test: the process that is killed, by itself, at a step of the restoration.
#[test]
#[ignore = "started by either_the_former_or_the_restored"]
fn child() {
    let (Ok(database), Ok(step)) = (std::env::var(DATABASE), std::env::var(STEP)) else { return };
    let (database, mut left): (_, usize) = (Path::new(&database), step.parse().unwrap());
    let mut on = |step| {
        if left == 0 {
            println!("at {step:?}");
            let own = std::process::id().to_string();
            Command::new("kill").args(["-KILL", &own]).status().unwrap();
            unreachable!("it was killed");
        }
        left -= 1;
    };
    let backup = BackupFile::open(&database.with_file_name("backup.db")).unwrap();
    backup.restore(database, &database.with_extension("former"), NOW, &mut on).unwrap();
    println!("done");
}

#[tokio::test]
async fn either_the_former_or_the_restored() {
    let mut seen = Vec::new();
    for step in 0.. {
        let world = World::new().await;
        world.commit([Effect::SaveCode(code(1))]).await.unwrap();
        let backup = world.path().with_file_name("backup.db");
        take(&world.path(), &backup).unwrap();
        world.commit([Effect::SaveCode(code(2))]).await.unwrap();
        world.store.close().await;

        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "restore_kills::child", "--nocapture"])
            .env(DATABASE, world.path())
            .env(STEP, step.to_string())
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let killed = said.lines().find_map(|line| line.split_once("at ").map(|(_, step)| step.to_owned()));
        let is_restored = match codes(&world.path()) {
            // The backup's one is void.
            0 => true,
            2 => false,
            other => panic!("{other} codes: neither the one nor the other, {said}"),
        };
        let Some(killed) = killed else {
            assert!(said.contains("done") && is_restored, "{said}");
            break;
        };
        assert_eq!(is_restored, killed == "Done", "{killed}");
        open(&world.path(), NOW).close().await;

        if !is_restored {
            let _ = std::fs::remove_file(world.path().with_extension("former"));
            restore(&backup, &world.path()).unwrap();
            assert_eq!(codes(&world.path()), 0, "{killed}");
        }
        let partial = world.path().with_file_name("store.db.partial");
        assert!(!partial.exists(), "{killed}");
        seen.push(killed.split(' ').next().unwrap().to_owned());
    }
    seen.dedup();
    assert_eq!(seen, ["Copying", "Voiding", "Flushing", "KeepingFormer", "Placing", "Done"]);
}

fn codes(database: &Path) -> i64 {
    let database = Connection::open(database).unwrap();
    let verdict: String = database.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    database.query_row("SELECT count(*) FROM codes", [], |row| row.get(0)).unwrap()
}
