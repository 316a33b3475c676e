//! Taking a backup, of a database in use or not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::Connection;
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_store::backup::{self, BackupError, Step, Taken};
use stagedoor_store::{Store, StoreError, StoreOptions};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::world::{NOW, World, code, grant};

pub(crate) fn take(database: &Path, to: &Path) -> Result<Taken, BackupError> {
    take_at(database, to, NOW)
}

pub(crate) fn take_at(database: &Path, to: &Path, now: Timestamp) -> Result<Taken, BackupError> {
    backup::take(database, to, false, Vec::new(), now, &mut |_| ())
}

fn count(file: &Path, table: &str) -> i64 {
    let file = Connection::open(file).unwrap();
    let verdict: String = file.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// One that is written to all the time is copied as it was at one moment, and its writers go on meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_database_in_use() {
    let world = World::new().await;
    let (acknowledged, stop) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(i64::MAX)));
    let writer = tokio::spawn({
        let (store, acknowledged, stop) = (world.store.clone(), acknowledged.clone(), stop.clone());
        async move {
            for id in 1.. {
                let long = "x".repeat(5_000);
                let code = stagedoor_protocol::code::Code { redirect_uri: long, ..code(id) };
                store.commit(vec![Effect::SaveCode(code), Effect::StartGrant(grant(id))]).await.unwrap();
                acknowledged.store(id, Ordering::Release);
                if id >= stop.load(Ordering::Acquire) {
                    return;
                }
            }
        }
    });
    // Long enough for several steps of copying.
    while acknowledged.load(Ordering::Acquire) < 1_000 {
        tokio::task::yield_now().await;
    }
    let folder = TempDir::new().unwrap();
    let (database, to) = (world.path(), folder.path().join("backup.db"));
    let copied = to.clone();
    let steps = tokio::task::spawn_blocking(move || {
        let before = acknowledged.load(Ordering::Acquire);
        let mut steps = Vec::new();
        let mut on = |step| {
            if let (Step::Copying { .. }, true) = (step, steps.len() < 3) {
                // The writer does not wait for the end of the copy.
                let seen = acknowledged.load(Ordering::Acquire);
                while acknowledged.load(Ordering::Acquire) == seen {
                    Handle::current().block_on(tokio::task::yield_now());
                }
            }
            steps.push(step);
        };
        backup::take(&database, &copied, false, Vec::new(), NOW, &mut on).unwrap();
        stop.store(0, Ordering::Release);
        assert!(count(&copied, "codes") >= before);
        steps
    });
    let steps = steps.await.unwrap();
    writer.await.unwrap();
    assert!(matches!(steps[..], [Step::Copying { .. }, Step::Copying { .. }, ..]), "{steps:?}");
    assert_eq!(steps[steps.len() - 4..], [Step::Checking, Step::Flushing, Step::Placing, Step::Done]);
    assert_eq!(count(&to, "codes"), count(&to, "grants"), "of one moment");
    assert!(count(&to, "codes") < count(&world.path(), "codes"));
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["backup.db"]);
}

#[tokio::test]
async fn of_a_database_at_rest() {
    let world = World::new().await;
    world.commit([Effect::SaveCode(code(1))]).await.unwrap();
    world.store.close().await;
    let to = world.path().with_file_name("backup.db");
    let taken = take(&world.path(), &to).unwrap();
    assert_eq!(taken.bytes, std::fs::metadata(&to).unwrap().len());
    assert_eq!(count(&to, "codes"), 1);
}

#[tokio::test]
async fn only_its_owner_can_read_it_from_the_first_byte() {
    let world = World::new().await;
    let to = world.path().with_file_name("backup.db");
    let partial = world.path().with_file_name("backup.db.partial");
    let mut seen = 0;
    let mut on = |step| {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(if step == Step::Done { &to } else { &partial }), 0o600, "{step:?}");
        seen += 1;
    };
    backup::take(&world.path(), &to, false, Vec::new(), NOW, &mut on).unwrap();
    assert!(seen >= 5, "{seen}");
}

#[tokio::test]
async fn nothing_but_a_backup_is_overwritten() {
    let world = World::new().await;
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("backup.db");
    take(&world.path(), &to).unwrap();
    assert!(matches!(take(&world.path(), &to), Err(BackupError::Exists(_))));

    world.commit([Effect::SaveCode(code(1))]).await.unwrap();
    let replace = |to: &Path| backup::take(&world.path(), to, true, Vec::new(), NOW, &mut |_| ());
    replace(&to).unwrap();
    assert_eq!(count(&to, "codes"), 1);

    let (text, link) = (folder.path().join("text"), folder.path().join("link"));
    std::fs::write(&text, "of somebody else").unwrap();
    std::os::unix::fs::symlink(&to, &link).unwrap();
    for other in [&text, &link, &world.path(), folder.path()] {
        let refused = replace(other);
        assert!(matches!(refused, Err(BackupError::Foreign(_))), "{}: {refused:?}", other.display());
    }
    assert_eq!(std::fs::read_to_string(&text).unwrap(), "of somebody else");
    world.commit([Effect::SaveCode(code(2))]).await.unwrap();
}

#[tokio::test]
async fn no_server_runs_on_a_backup() {
    let world = World::new().await;
    let to = world.path().with_file_name("backup.db");
    take(&world.path(), &to).unwrap();
    let Err(error) = Store::open(&to, StoreOptions::default(), NOW) else { panic!("it was opened") };
    assert!(matches!(error, StoreError::Backup), "{error}");
}

#[tokio::test]
async fn of_nothing_and_of_what_is_newer() {
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("backup.db");
    let nothing = take(&folder.path().join("nothing.db"), &to);
    assert!(matches!(nothing, Err(BackupError::NoDatabase(_))));
    assert!(!folder.path().join("nothing.db").exists());

    let world = World::new().await;
    world.store.close().await;
    Connection::open(world.path()).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let newer = take(&world.path(), &to);
    assert!(
        matches!(newer, Err(BackupError::Store { error: StoreError::NewerDatabase { found: 4711, .. }, .. })),
        "{newer:?}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
