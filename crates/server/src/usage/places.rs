//! Places where threads keep something of theirs that somebody else may take away: one a thread, as long as there are few of
//! them. Whoever takes it out has it alone; nothing is locked, and nobody waits.

use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_utils::CachePadded;
use crossbeam_utils::atomic::AtomicCell;

/// More than threads that answer requests, mostly. Those that share a place find it empty now and then, and begin anew.
const PLACES: usize = 64;

pub(super) struct Places<T>(Box<[Place<T>]>);

/// On a line of its own: those who use another one are not slowed.
type Place<T> = CachePadded<AtomicCell<Option<Box<T>>>>;

/// What two threads put into one place becomes one.
pub(super) trait Merge: Default {
    fn merge(&mut self, other: Self);
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(std::iter::repeat_with(|| CachePadded::new(AtomicCell::new(None))).take(PLACES).collect())
    }
}

impl<T: Merge> Places<T> {
    /// Changes what this thread keeps.
    pub(super) fn with(&self, change: impl FnOnce(&mut T)) {
        let place = &self.0[of_this_thread() % PLACES];
        let mut own = place.take().unwrap_or_default();
        change(&mut own);
        // Somebody who shares the place has put back his.
        while let Some(other) = place.swap(Some(own)) {
            own = place.take().unwrap_or_default();
            own.merge(*other);
        }
    }

    /// Takes away what all threads keep. What one has just taken out is found next time.
    pub(super) fn take_all(&self, mut each: impl FnMut(T)) {
        self.0.iter().filter_map(|place| place.take()).for_each(|kept| each(*kept));
    }
}

fn of_this_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Merge for u64 {
        fn merge(&mut self, other: Self) {
            *self += other;
        }
    }

    #[test]
    fn nothing_is_locked() {
        assert!(AtomicCell::<Option<Box<u64>>>::is_lock_free());
    }

    /// More threads than places, and one that takes away meanwhile.
    #[test]
    fn nothing_is_lost() {
        const THREADS: u64 = PLACES as u64 + 8;
        const TIMES: u64 = 2_000;
        let places = Places::<u64>::default();
        let mut taken = 0;
        std::thread::scope(|scope| {
            let counting: Vec<_> = (0..THREADS)
                .map(|_| scope.spawn(|| (0..TIMES).for_each(|_| places.with(|own| *own += 1))))
                .collect();
            while counting.iter().any(|thread| !thread.is_finished()) {
                places.take_all(|own| taken += own);
            }
        });
        places.take_all(|own| taken += own);
        assert_eq!(taken, THREADS * TIMES);
    }
}
