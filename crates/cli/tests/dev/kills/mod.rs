//! kill -9 under load, at moments of chance: after a restart nothing acknowledged is lost and nothing is redeemed twice.
//!
//! `STAGEDOOR_KILLS` says how often (8), `STAGEDOOR_SEED` which chances. Each round starts the server on the same folder,
//! holds what the last round was told against it, and loads it anew.

mod chain;
mod codes;
mod load;

use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, OpenFlags};

use crate::process::{Dev, private_folder};
use crate::session::Session;
use chain::Chain;
use codes::Codes;

#[test]
fn nothing_acknowledged_is_lost() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (kills, seed) = (number("STAGEDOOR_KILLS", 8), number("STAGEDOOR_SEED", 2026));
    let mut chance = StdRng::seed_from_u64(seed);
    let folder = private_folder();
    let start = || Dev::start(&[&"--data-dir", &folder.path(), &"--unlimited"]);

    let dev = start();
    let session = Session::begin(&dev);
    let mut chains =
        ["standard", "standard", "standard", "bandcamp"].map(|api| Chain::begin(&dev, api, &session));
    let mut codes = [Codes::default(), Codes::default()];
    dev.stop();
    for round in 0..kills {
        let dev = start();
        let replay = chance.random_range(0..chains.len() * 2);
        for (at, chain) in chains.iter_mut().enumerate() {
            chain.check(&dev, &session, at == replay);
        }
        for codes in &mut codes {
            codes.check(&dev);
        }
        assert_intact(folder.path());
        let acknowledged =
            load::until_killed(dev, &mut chains, &mut codes, &session, chance.random_range(1..250));
        println!("kill {round}: after {acknowledged} answers");
    }
    let dev = start();
    chains.iter_mut().for_each(|chain| chain.check(&dev, &session, false));
    codes.iter_mut().for_each(|codes| codes.check(&dev));
    dev.stop();
    assert_intact(folder.path());
    let refreshed: usize = chains.iter().map(|chain| chain.acknowledged).sum();
    let redeemed: usize = codes.iter().map(|codes| codes.redeemed).sum();
    println!(
        "{kills} kills, {refreshed} refreshes and {redeemed} redemptions acknowledged, none lost or doubled"
    );
    assert!(refreshed > 0 && redeemed > 0, "there was no load");
}

/// SQLite's own word on its file.
fn assert_intact(folder: &Path) {
    let database =
        Connection::open_with_flags(folder.join("stagedoor.db"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let orphans: Vec<String> = database
        .prepare("PRAGMA foreign_key_check")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(orphans, Vec::<String>::new());
}
