//! A key rotated under load: the running server takes it up, and no token is refused meanwhile.

use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::http::{Call, Connection};
use crate::process::{Folder, run, token};
use crate::upstream::Upstream;

const CALLERS: usize = 3;

#[test]
fn opaque() {
    let key_of = |token: &str| token[..8].to_owned();
    rotated_under_load("", key_of);
}

#[test]
fn jwt() {
    rotated_under_load("token_format = \"jwt\"\n", |token| token.split('.').next().unwrap().to_owned());
}

/// `key_of`: the beginning of a token, which names its key.
fn rotated_under_load(setting: &str, key_of: fn(&str) -> String) {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    let many = "{ burst = 1000000, per_minute = 1000000 }";
    let limits = format!("limits = {{ token = {many}, api = {many} }}\n");
    folder.change("# scopes", &format!("{setting}{limits}# scopes"));
    folder.add_apps();
    thread::spawn(move || answer_all(&upstream));
    let mut server = folder.serve();
    let address = server.address;
    let old = server.token("");
    let (under_load, stop) = (Barrier::new(CALLERS + 1), AtomicBool::new(false));
    let load = Load { address, old: &old, key_of, under_load: &under_load, stop: &stop };
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(|| load.run())).collect();
        under_load.wait();
        let done = run(&["keys", "rotate", "--after", "0", "--config", &folder.configuration()]);
        assert!(done.status.success(), "{done:?}");
        server.wait_for("the changed key file is taken up");
        // Whoever asks from now on gets a token of the new key.
        assert_ne!(key_of(&server.token("")), key_of(&old));
        stop.store(true, Ordering::Relaxed);
        for caller in callers {
            let (first, last) = caller.join().unwrap();
            assert_eq!(first, key_of(&old), "it began before the new key");
            assert_ne!(last, first, "and went on after it");
        }
    });
    let mut connection = server.connect();
    assert_eq!(connection.send(&Call::get("/catalogue/").bearer(&old)).unwrap().status, 200);
    server.stop();
}

/// One caller's share.
struct Load<'a> {
    address: SocketAddr,
    old: &'a str,
    key_of: fn(&str) -> String,
    /// Passed when every caller has been through once.
    under_load: &'a Barrier,
    stop: &'a AtomicBool,
}

impl Load<'_> {
    /// Gets tokens and calls with each, and with the old one, until told to stop and once more. The keys of the first and the
    /// last token.
    fn run(&self) -> (String, String) {
        let mut connection = Connection::open(self.address);
        let first = self.once(&mut connection);
        self.under_load.wait();
        loop {
            let is_last = self.stop.load(Ordering::Relaxed);
            let key = self.once(&mut connection);
            if is_last {
                return (first, key);
            }
        }
    }

    fn once(&self, connection: &mut Connection) -> String {
        let new = token(connection, "127.0.0.1", "");
        for token in [&new, self.old] {
            let answer = connection.send(&Call::get("/catalogue/").bearer(token)).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.shown());
        }
        (self.key_of)(&new)
    }
}

/// Answers every call, on as many connections as come. It ends with the test's process.
fn answer_all(upstream: &Upstream) {
    thread::scope(|scope| {
        loop {
            let mut heard = upstream.accept();
            scope.spawn(move || {
                heard.next();
                while !heard.head.is_empty() {
                    heard.answer("");
                    heard.next();
                }
            });
        }
    });
}
