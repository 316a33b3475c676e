//! Kills at a moment.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// When the processes of a round die.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Moment {
    /// So long after they began.
    Elapsed(Duration),
    /// When so many things have happened to the vault's files.
    Touched(u32),
    /// The token request has left them; the server may or may not get it.
    Sent { passed_on: bool },
    /// The server has acted, and nobody has heard.
    Answered,
    /// Half of the answer is there.
    HalfHeard,
}

pub(crate) struct Trap {
    moment: Moment,
    victims: Mutex<Vec<Child>>,
    touched: AtomicU32,
    sprung: AtomicBool,
}

impl Trap {
    pub(crate) fn new(moment: Moment) -> Self {
        Self { moment, victims: Mutex::default(), touched: AtomicU32::new(0), sprung: AtomicBool::new(false) }
    }

    /// Starts who is to die. None of them is killed before all are there.
    pub(crate) fn set(&self, start: impl FnOnce(&mut Vec<Child>)) {
        start(&mut self.victims.lock().unwrap());
    }

    /// Something happened to the vault's files.
    pub(crate) fn touch(&self) {
        let touched = self.touched.fetch_add(1, Ordering::Relaxed) + 1;
        self.reached(Moment::Touched(touched));
    }

    pub(crate) fn touched(&self) -> u32 {
        self.touched.load(Ordering::Relaxed)
    }

    /// Whether this was the moment, for the first time.
    pub(crate) fn reached(&self, moment: Moment) -> bool {
        let sprung = moment == self.moment && !self.sprung.swap(true, Ordering::SeqCst);
        if sprung {
            self.spring();
        }
        sprung
    }

    /// Kills, and returns when they are dead.
    pub(crate) fn spring(&self) {
        for victim in self.victims.lock().unwrap().iter_mut() {
            victim.kill().unwrap();
            victim.wait().unwrap();
        }
    }

    /// Does `work`, and springs in its middle where the moment is one of time.
    pub(crate) fn while_time_passes<T>(&self, work: impl FnOnce() -> T) -> T {
        let Moment::Elapsed(elapsed) = self.moment else { return work() };
        let (working, over) = sync_channel::<()>(0);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if over.recv_timeout(elapsed) == Err(RecvTimeoutError::Timeout) {
                    self.spring();
                }
            });
            let done = work();
            drop(working);
            done
        })
    }

    /// How they ended.
    pub(crate) fn ends(&self) -> Vec<ExitStatus> {
        self.victims.lock().unwrap().iter_mut().map(|victim| victim.wait().unwrap()).collect()
    }
}

pub(crate) fn was_killed(end: ExitStatus) -> bool {
    end.signal() == Some(9)
}
