//! A hundred processes that find the same token ended, at a server whose refresh tokens are good for one use and which does
//! not repeat a lost answer: a second request would be a replay and end the grant.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "the tests of the client's commands use all of it")]
#[path = "../client/home.rs"]
mod home;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/http.rs"]
mod http;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/process.rs"]
mod process;
#[expect(dead_code, reason = "the tests of the client's commands use all of it")]
#[path = "../client/proxy.rs"]
mod proxy;

use home::{Home, done};
use process::Dev;
use proxy::Proxy;

const PROCESSES: usize = 100;
const ROUNDS: usize = 2;

/// Bandcamp's dialect without a way back.
fn strict() -> String {
    let mut dialect = include_str!("../../../wire/dialects/bandcamp.toml").to_owned();
    for (old, new) in [
        ("name = \"bandcamp\"", "name = \"strict\""),
        ("lost_answer = \"repeated\"", "lost_answer = \"lost\""),
    ] {
        assert!(dialect.contains(old), "{old}");
        dialect = dialect.replacen(old, new, 1);
    }
    dialect
}

#[test]
fn one_request_for_all() {
    let home = Home::new();
    let file = home.path().join("strict.toml");
    std::fs::write(&file, strict()).unwrap();
    let dev = Dev::start(&[&"--unlimited", &"--dialect", &file]);
    home.ok(&["provider", "add", file.to_str().unwrap()]);
    let proxy = Proxy::start(dev.address);
    let signed_in = home.log_in_at(&dev, "strict", &proxy.url());
    assert_eq!(signed_in.code, 0, "{}", signed_in.stderr);
    for round in 0..ROUNDS {
        home.expire("strict");
        proxy.token_requests();
        let children: Vec<_> = (0..PROCESSES).map(|_| home.start(&["token", "strict"])).collect();
        let all: Vec<_> = children.into_iter().map(done).collect();
        for one in &all {
            assert_eq!((one.code, one.stderr.as_str()), (0, ""), "round {round}");
            assert_eq!(one.stdout, all[0].stdout, "round {round}");
        }
        assert_eq!(proxy.token_requests(), 1, "round {round}");
    }
    dev.stop();
}
