//! Requests on the port that show no known key. Anybody on this machine can make any number of them, and they must not push
//! out of the audit log what others did.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Moment;

const APART_MILLIS: u64 = 1_000;

/// When one was noted last, for each reason to refuse it.
#[derive(Debug, Default)]
pub(super) struct Unkeyed(Mutex<BTreeMap<&'static str, Moment>>);

impl Unkeyed {
    /// Whether one that is refused at `now` goes into the audit log: the first of a second does.
    pub(super) fn is_noted(&self, reason: &'static str, now: Moment) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_noted = last.get(reason).is_none_or(|last| last.millis_until(now) >= APART_MILLIS);
        if is_noted {
            last.insert(reason, now);
        }
        is_noted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_a_second_for_each_reason() {
        let unkeyed = Unkeyed::default();
        let at = |boot_millis| Moment { wall_millis: 0, boot_millis, boot: 1 };
        let noted = [("a", 0), ("a", 0), ("b", 1), ("a", 999), ("a", 1_000), ("a", 1_001)]
            .map(|(reason, millis)| unkeyed.is_noted(reason, at(millis)));
        assert_eq!(noted, [true, false, true, false, true, false]);
    }
}
