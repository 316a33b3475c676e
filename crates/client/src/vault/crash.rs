//! Where a test lets the process die: before any change to the disk.

use std::io;

/// Passed before each change. `Err` in a test alone.
#[cfg(not(test))]
pub(super) fn point(_change: &'static str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use in_tests::{changes, point, run};

#[cfg(test)]
mod in_tests {
    use std::cell::RefCell;

    use super::io;

    thread_local! {
        static CHANGES: RefCell<(Option<usize>, Vec<&'static str>)> = const { RefCell::new((None, Vec::new())) };
    }

    pub(in super::super) fn point(change: &'static str) -> io::Result<()> {
        CHANGES.with_borrow_mut(|(allowed, seen)| {
            if allowed.is_some_and(|allowed| seen.len() >= allowed) {
                return Err(io::Error::other("the process died here"));
            }
            seen.push(change);
            Ok(())
        })
    }

    /// Does `work`, which dies after `allowed` changes.
    pub(in super::super) fn run<T>(allowed: usize, work: impl FnOnce() -> T) -> T {
        CHANGES.set((Some(allowed), Vec::new()));
        let result = work();
        CHANGES.with_borrow_mut(|(allowed, _)| *allowed = None);
        result
    }

    /// The changes that were let through since the last [`run`] began.
    pub(in super::super) fn changes() -> Vec<&'static str> {
        CHANGES.with_borrow(|(_, seen)| seen.clone())
    }
}
