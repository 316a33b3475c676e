//! Opening, closing and the file itself.

use rusqlite::Connection;
use stagedoor_protocol::{About, Effect, Question};
use stagedoor_store::{CommitError, Store, StoreError, StoreOptions};

use crate::world::{API, APP, NOW, World, client_id, code, first_rows, open, over};

#[tokio::test]
async fn empty_until_there_is_an_account_or_an_app() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = open(&folder.path().join("store.db"), NOW);
    assert!(store.is_empty().unwrap());
    store.commit(Vec::new()).await.unwrap();
    assert!(store.is_empty().unwrap());
    store.commit(first_rows()).await.unwrap();
    assert!(!store.is_empty().unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new().await;
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", world.path().display());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}

#[tokio::test]
async fn closing_commits_what_waits_and_leaves_one_file() {
    let world = World::new().await;
    let waiting = tokio::spawn({
        let store = world.store.clone();
        async move { store.commit(vec![Effect::SaveCode(code(1))]).await }
    });
    tokio::task::yield_now().await;
    world.store.close().await;
    waiting.await.unwrap().unwrap();
    for suffix in ["-wal", "-shm"] {
        assert!(!world.path().with_file_name(format!("store.db{suffix}")).exists(), "{suffix}");
    }
    let kept: i64 = Connection::open(world.path())
        .unwrap()
        .query_row("SELECT count(*) FROM codes", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn everything_is_unavailable_once_closed() {
    let world = World::new().await;
    world.store.close().await;
    world.store.close().await;
    let question = Question { client_id: &client_id(APP), about: About::App };
    let answered = world.store.answer(API, &question).await;
    assert!(matches!(answered, Err(StoreError::Unavailable(_))));
    let committed = world.store.commit(vec![Effect::SaveCode(code(1))]).await;
    assert!(matches!(committed, Err(CommitError::Unavailable(StoreError::Unavailable(_)))));
    assert!(matches!(world.store.clean(over(NOW), 1).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(world.store.is_empty(), Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let world = World::new().await;
    world.store.close().await;
    Connection::open(world.path()).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let Err(error) = Store::open(&world.path(), StoreOptions::default(), NOW) else {
        panic!("it was opened");
    };
    let StoreError::NewerDatabase { found: 4711, known } = error else { panic!("{error}") };
    let says = format!("the database has schema 4711, but this program knows only {known}:");
    assert!(error.to_string().starts_with(&says), "{error}");
}

#[test]
fn what_is_no_database_is_unavailable() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = folder.path().join("text");
    std::fs::write(&text, "this is a text, and it is longer than the header of a database file is".repeat(9))
        .unwrap();
    for path in [text, folder.path().join("no/such/folder"), folder.path().to_owned()] {
        let opened = Store::open(&path, StoreOptions::default(), NOW);
        assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{}", path.display());
    }
}
