//! kill -9 of broker and caller in the middle of rotations: no refresh token is lost, and nothing is left in the way.
//!
//! `STAGEDOOR_KILLS` says how often (8), `STAGEDOOR_SEED` which chances.

use std::process::Stdio;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::home::Home;
use crate::process::Dev;
use crate::proxy::Proxy;
use crate::running::{Running, socket};

/// bandcamp refuses a second grant beside the first, and rotates.
const CALL: &str = "/bandcamp/api/account/1/my_bands";
/// As many turns take longer than a rotation does.
const MOST_TURNS: u64 = 3_000_000;

#[test]
fn nothing_is_lost() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (kills, seed) = (number("STAGEDOOR_KILLS", 8), number("STAGEDOOR_SEED", 2026));
    let mut chance = StdRng::seed_from_u64(seed);
    let (dev, home) = (Dev::start(&[&"--unlimited"]), Home::new());
    let proxy = Proxy::start(dev.address);
    assert_eq!(home.log_in_at(&dev, "bandcamp", &proxy.url()).code, 0);
    let mut interrupted = 0;
    for round in 0..kills {
        home.expire("bandcamp");
        let before = home.credential("bandcamp").refresh.unwrap();
        proxy.token_requests();
        let mut broker = Running::start(&home, &[]);
        let mut curl = broker.curl(CALL).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait(chance.random_range(0..MOST_TURNS));
        if round % 2 == 0 {
            curl.kill().unwrap();
        }
        broker.kill();
        curl.wait().unwrap();
        assert!(socket(&home).exists(), "it had no time to remove it");
        let sent = proxy.token_requests() > 0;
        let written = !home.credential("bandcamp").refresh.unwrap().token.ct_eq(&before.token);
        interrupted += u32::from(sent && !written);

        let broker = Running::start(&home, &[]);
        let token = broker.get("/_broker/token/bandcamp");
        assert_eq!(token.status, 200, "round {round}: {}", token.body);
        let answer = broker.get(CALL);
        assert!(answer.status != 401 && answer.status < 500, "round {round}: {answer:?}");
        broker.stop();
    }
    println!("{kills} kills, {interrupted} of them in the middle of a rotation");
    dev.stop();
}

fn wait(turns: u64) {
    for _ in 0..turns {
        std::hint::spin_loop();
    }
}
