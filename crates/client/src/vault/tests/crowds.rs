use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;

#[test]
fn fifty_that_open_it_first_agree_on_one_key() {
    let folder = TempDir::new().unwrap();
    let (home, barrier) = (folder.path().join("deep/home"), Barrier::new(50));
    let open = || {
        barrier.wait();
        Vault::open(&home).unwrap().0.key.id()
    };
    let ids: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(Vault::open(&home).unwrap().0.key.id(), ids[0]);
}

#[test]
fn eight_that_write_never_show_a_torn_file_to_those_who_read() {
    let home = Home::new();
    home.write(&name("a"), &credential("0"));
    let (running, barrier) = (AtomicBool::new(true), Barrier::new(12));
    let write = |writer: usize| {
        let vault = home.again();
        barrier.wait();
        for turn in 0..10 {
            // Of very different lengths, so that one written into another's file would show.
            let token = format!("{writer}-{turn}-{}", "x".repeat(writer * 1000));
            vault.lock(&name("a")).unwrap().write(&credential(&token)).unwrap();
        }
    };
    let read = || {
        let vault = home.again();
        barrier.wait();
        let mut reads = 0_usize;
        while running.load(Ordering::Relaxed) {
            assert!(vault.read(&name("a")).unwrap().is_some());
            reads += 1;
        }
        reads
    };
    thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(read)).collect();
        let writers: Vec<_> = (0..8).map(|writer| scope.spawn(move || write(writer))).collect();
        let written: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        running.store(false, Ordering::Relaxed);
        assert!(readers.into_iter().all(|reader| reader.join().unwrap() > 0));
        assert!(written.iter().all(Result::is_ok));
    });
}

#[test]
fn the_lock_is_one_persons_at_a_time_and_waiting_is_everybodys() {
    let home = Home::new();
    let (a, other) = (name("a"), home.again());
    let held = home.vault.lock(&a).unwrap();
    assert!(other.try_lock(&a).unwrap().is_none());
    assert!(other.try_lock(&name("b")).unwrap().is_some());
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| {
                    let vault = home.again();
                    vault.wait(&a).unwrap();
                    vault.read(&a).unwrap().is_some()
                })
            })
            .collect();
        held.write(&credential("1")).unwrap();
        drop(held);
        assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
    });
    assert!(other.try_lock(&a).unwrap().is_some());
}
