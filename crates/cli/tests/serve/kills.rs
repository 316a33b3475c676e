//! kill -9 under load, at moments of chance: after a restart on the same files nothing acknowledged is lost.
//!
//! `STAGEDOOR_KILLS` says how often (5), `STAGEDOOR_SEED` which chances.

use std::sync::mpsc::{SyncSender, sync_channel};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::chain::Chain;
use crate::devices::Devices;
use crate::http::{Answer, Connection};
use crate::process::{Folder, Serve};
use crate::upstream::Upstream;

#[test]
fn nothing_acknowledged_is_lost() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (kills, seed) = (number("STAGEDOOR_KILLS", 5), number("STAGEDOOR_SEED", 2026));
    let mut chance = StdRng::seed_from_u64(seed);
    let folder = Folder::before(Upstream::new().address);
    folder.add_apps();
    let mut chains = Chain::begin(&folder, 3);
    let (mut refreshed, mut started) = (0, 0);
    for round in 0..kills {
        let server = folder.serve();
        let mut devices = Devices::default();
        let answers = until_killed(server, &mut chains, &mut devices, chance.random_range(1..250));
        println!("kill {round}: after {answers} answers");

        folder.assert_intact();
        let server = folder.serve();
        refreshed = chains.iter().map(Chain::acknowledged).sum();
        started += devices.acknowledged();
        chains.iter_mut().for_each(|chain| chain.check(&server));
        devices.check(&server);
        server.stop();
        folder.assert_intact();
    }
    println!("{kills} kills, {refreshed} refreshes and {started} devices acknowledged, none lost");
    assert!(refreshed > 0 && started > 0, "there was no load");
    let server = folder.serve();
    chains.pop().unwrap().replay(&server);
    server.stop();
}

/// Loads the server, a thread for each record, and kills it once so many answers have arrived; how many there were in all.
fn until_killed(mut server: Serve, chains: &mut [Chain], devices: &mut Devices, answers: usize) -> usize {
    let address = server.address;
    let (arrivals, arrived) = sync_channel(1024);
    std::thread::scope(|scope| {
        for chain in chains {
            let (mut connection, arrivals) = (Connection::open(address), arrivals.clone());
            scope.spawn(move || load(&arrivals, || chain.refresh(&mut connection)));
        }
        let mut connection = Connection::open(address);
        scope.spawn(move || load(&arrivals, || devices.start(&mut connection)));
        let before = arrived.iter().take(answers).count();
        // The others are in the middle of something.
        server.kill();
        before + arrived.iter().count()
    })
}

/// Asks until nobody answers.
fn load(arrivals: &SyncSender<()>, mut ask: impl FnMut() -> std::io::Result<Answer>) {
    while let Ok(answer) = ask() {
        assert_eq!(answer.status, 200, "{}", answer.shown());
        let _ = arrivals.send(());
    }
}
