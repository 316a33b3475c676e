//! What a store counts, and whether it says that it answers.

use stagedoor_protocol::{About, Effect};
use stagedoor_store::StoreError;

use crate::world::{APP, World, code, open};

#[tokio::test]
async fn commits_reads_and_cache() {
    let world = World::new().await;
    let figures = world.store.figures();
    let before = figures.commits.read().count;
    world.commit([Effect::SaveCode(code(1))]).await.unwrap();
    let commits = figures.commits.read();
    assert_eq!((commits.count, figures.batches.read().count), (before + 1, before + 1));
    assert!(commits.sum > 0, "it took some time");
    assert_eq!((figures.failed_commits.value(), world.store.waiting()), (0, (0, 0)));

    world.ask(About::App).await;
    assert_eq!((figures.cache_misses.value(), figures.cache_hits.value()), (1, 0));
    assert_eq!(figures.read_waits.read().count, 1);
    world.ask(About::App).await;
    assert!(world.knows(APP));
    assert_eq!((figures.cache_misses.value(), figures.cache_hits.value()), (1, 2));
    world.ask(About::ActiveGrant).await;
    assert_eq!((figures.cache_misses.value(), figures.cache_hits.value()), (1, 3));
    assert_eq!(figures.read_waits.read().count, 2);
}

#[tokio::test]
async fn sizes() {
    let world = World::new().await;
    let sizes = world.store.sizes(std::time::Duration::from_secs(1)).await.unwrap();
    let of = |table| sizes.rows.iter().find(|(name, _)| *name == table).map(|(_, rows)| *rows);
    assert_eq!((of("apps"), of("teams"), of("accounts"), of("grants")), (Some(2), Some(2), Some(2), Some(0)));
}

#[tokio::test]
async fn answers_until_it_is_closed() {
    let world = World::new().await;
    world.store.check().await.unwrap();
    world.store.sizes(std::time::Duration::from_secs(1)).await.unwrap();
    world.store.close().await;
    assert!(matches!(world.store.check().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(
        world.store.sizes(std::time::Duration::from_secs(1)).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(!world.path().with_file_name("store.db-wal").exists(), "nothing holds the database open");
    open(&world.path(), crate::world::NOW);
}
