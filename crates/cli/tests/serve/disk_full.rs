//! No more room on the disk, while the server runs: what is to last is 503, all else goes on, and once there is room again
//! everything does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::chain::Chain;
use crate::devices::Devices;
use crate::http::{Answer, Call};
use crate::process::{Folder, Serve};
use crate::upstream::Upstream;

/// Answers in a row that show that a state has set in.
const ENOUGH: usize = 30;

#[test]
fn under_load() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let (mut chains, mut devices) = (Chain::begin(&folder, 3), Devices::default());
    let server = folder.serve();
    let token = server.token("");
    let stop = AtomicBool::new(false);
    let (statuses, heard) = sync_channel(0);
    std::thread::scope(|scope| {
        for chain in &mut chains {
            let (mut connection, statuses, stop) = (server.connect(), statuses.clone(), &stop);
            scope.spawn(move || load(stop, &statuses, || chain.refresh(&mut connection)));
        }
        let (mut connection, stop, devices) = (server.connect(), &stop, &mut devices);
        scope.spawn(move || load(stop, &statuses, || devices.start(&mut connection)));

        wait_for(&heard, 200);
        server.limit_file_size(Some(0));
        wait_for(&heard, 503);
        goes_on_meanwhile(&server, &upstream, &token);
        wait_for(&heard, 503);
        server.limit_file_size(None);
        wait_for(&heard, 200);
        stop.store(true, Ordering::Relaxed);
        // The loads may be about to tell.
        heard.into_iter().for_each(drop);
    });
    chains.iter_mut().for_each(|chain| chain.check(&server));
    chains.pop().unwrap().replay(&server);
    devices.check(&server);
    let log = server.stop();
    assert!(log.contains("commit failed"), "{log}");
    folder.assert_intact();
}

/// Asks until told to stop, and says each answer's status.
fn load(stop: &AtomicBool, statuses: &SyncSender<u16>, mut ask: impl FnMut() -> std::io::Result<Answer>) {
    while !stop.load(Ordering::Relaxed) {
        let answer = ask().unwrap();
        if answer.status == 503 {
            assert_eq!(answer.header("retry-after"), "2");
            assert_eq!(answer.member("error"), "temporarily_unavailable");
        } else {
            assert_eq!(answer.status, 200, "{}", answer.shown());
        }
        statuses.send(answer.status).unwrap();
    }
}

fn wait_for(statuses: &Receiver<u16>, status: u16) {
    let mut in_a_row = 0;
    while in_a_row < ENOUGH {
        in_a_row = if statuses.recv().unwrap() == status { in_a_row + 1 } else { 0 };
    }
}

/// Checks of tokens, and tokens that need no row.
fn goes_on_meanwhile(server: &Serve, upstream: &Upstream, token: &str) {
    for token in [token, &server.token("")] {
        let mut connection = server.connect();
        connection
            .write(&Call::get("/catalogue/").header("connection", "close").bearer(token).to_bytes())
            .unwrap();
        upstream.hear().answer("still here");
        assert_eq!(connection.read().unwrap().text(), "still here");
    }
}
