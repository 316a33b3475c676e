//! Mails that nobody sends: `dev` shows them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stagedoor_protocol::Timestamp;

use super::Letter;

/// Beyond so many the oldest go.
const MOST: usize = 200;

/// Mails in memory.
#[derive(Default)]
pub struct Mailbox(Mutex<VecDeque<Received>>);

/// One of them.
#[derive(Clone)]
pub struct Received {
    pub at: Timestamp,
    pub letter: Letter,
}

impl Received {
    /// The links in its text, in their order. Each stands on a line of its own.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.pieces().filter(|(_, is_link)| *is_link).map(|(piece, _)| piece)
    }

    /// Its text, line by line, and which are links.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (&str, bool)> {
        let lines = self.letter.text.split_inclusive('\n');
        lines.flat_map(|line| {
            let bare = line.trim_end();
            let is_link = bare.starts_with("http://") || bare.starts_with("https://");
            [(bare, is_link), (&line[bare.len()..], false)]
        })
    }
}

impl Mailbox {
    pub(super) fn put(&self, letter: Letter, at: Timestamp) {
        let mut received = self.lock();
        received.push_front(Received { at, letter });
        received.truncate(MOST);
    }

    /// All of them, the newest first.
    pub fn all(&self) -> Vec<Received> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Received>> {
        // A mail is in it as a whole or not at all.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
