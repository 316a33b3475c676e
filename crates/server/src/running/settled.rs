//! A change that has settled: who writes two files, or one slowly, is let finish.

/// How something was when it was taken up, and when it was last looked at.
pub(super) struct Settled<T> {
    taken: T,
    seen: T,
}

impl<T: PartialEq + Copy> Settled<T> {
    pub(super) fn new(taken: T) -> Self {
        Self { taken, seen: taken }
    }

    /// Whether it is another one than was taken up, and stood still since the last look. It is said once.
    pub(super) fn has_become(&mut self, now: T) -> bool {
        let is_settled = self.seen == now;
        self.seen = now;
        if now == self.taken || !is_settled {
            return false;
        }
        self.taken = now;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_said_once_when_it_stands() {
        let mut settled = Settled::new(1);
        let looks = [1, 2, 3, 3, 3, 1, 2, 1, 1, 3, 1];
        let said = looks.map(|now| settled.has_become(now));
        let expected = [false, false, false, true, false, false, false, false, true, false, false];
        assert_eq!(said, expected);
    }
}
