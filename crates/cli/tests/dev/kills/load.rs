//! The load, and the kill in the middle of it.

use std::sync::mpsc::{SyncSender, sync_channel};

use super::chain::Chain;
use super::codes::Codes;
use crate::process::Dev;
use crate::session::Session;

/// Told of each answer that arrives.
pub(super) type Arrivals = SyncSender<()>;

/// Loads the server, a thread for each record, and kills it once so many answers have arrived; how many there were in all.
pub(super) fn until_killed(
    mut dev: Dev,
    chains: &mut [Chain],
    codes: &mut [Codes],
    session: &Session,
    answers: usize,
) -> usize {
    let server = (*dev).clone();
    let (arrivals, arrived) = sync_channel(1024);
    std::thread::scope(|scope| {
        for chain in chains {
            // Before the kill, however late its thread gets to run.
            let (connection, server, arrivals) = (server.connect(), &server, arrivals.clone());
            scope.spawn(move || chain.load(connection, server, &arrivals));
        }
        for codes in codes {
            let (connection, server, arrivals) = (server.connect(), &server, arrivals.clone());
            scope.spawn(move || codes.load(connection, server, session, &arrivals));
        }
        drop(arrivals);
        let before = arrived.iter().take(answers).count();
        // The others are in the middle of something.
        dev.kill();
        before + arrived.iter().count()
    })
}
