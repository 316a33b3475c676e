//! Many callers find the same token spent: one asks the provider, all are served.

use std::sync::Arc;

use tokio::sync::Barrier;

use crate::chain::Chain;
use crate::fake::{Fake, json};
use crate::world::World;

async fn storm(sources: Vec<stagedoor_client::TokenSource>, fake: &Fake) -> Vec<String> {
    let start = Arc::new(Barrier::new(sources.len()));
    let callers: Vec<_> = sources
        .into_iter()
        .map(|source| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                source.token().await.map(|token| token.token.expose().to_owned())
            })
        })
        .collect();
    // Nobody is answered before the provider has acted on the first request.
    fake.arrived().await;
    fake.open();
    let mut given = Vec::new();
    for caller in callers {
        given.push(caller.await.unwrap().unwrap());
    }
    given
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_tasks() {
    for repeats in [true, false] {
        let chain = Chain::new(repeats);
        let fake = Fake::closed(move |request| chain.answer(request)).await;
        let world = World::new(if repeats { "standard" } else { "strict" }, &fake.base);
        let source = world.source();
        let given = storm(vec![source; 100], &fake).await;
        assert_eq!(given, vec!["access-2"; 100]);
        assert_eq!(fake.token_requests(), 1);
        assert_eq!(world.stored().refresh.unwrap().token.expose(), "refresh-2");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_sources_that_share_nothing_but_the_folder() {
    for repeats in [true, false] {
        let chain = Chain::new(repeats);
        let fake = Fake::closed(move |request| chain.answer(request)).await;
        let world = World::new(if repeats { "standard" } else { "strict" }, &fake.base);
        let given = storm((0..20).map(|_| world.source()).collect(), &fake).await;
        assert_eq!(given, vec!["access-2"; 20]);
        assert_eq!(fake.token_requests(), 1);
    }
}

/// Who waited for a renewal that failed does not try a hundred times.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_tasks_share_a_failure() {
    let fake = Fake::closed(|_| json(400, r#"{"error":"unauthorized_client"}"#)).await;
    let world = World::new("standard", &fake.base);
    let source = world.source();
    let start = Arc::new(Barrier::new(100));
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let (source, start) = (source.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                source.token().await.is_err()
            })
        })
        .collect();
    fake.arrived().await;
    fake.open();
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert_eq!(fake.token_requests(), 1);
}
