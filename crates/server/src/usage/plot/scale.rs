//! Where a scale has its lines.

/// From nothing to `top`, which is `lines` steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) step: u64,
    pub(super) lines: u64,
}

impl Scale {
    /// The narrowest in round numbers that holds `highest`, with a little room above, in four steps at most.
    pub(super) fn up_to(highest: u64) -> Self {
        let needed = highest.saturating_add(highest / 25).max(1);
        let mut power = 1_u64;
        loop {
            // Two and a half is no number of requests.
            for tenths in [10, 20, 25, 50].into_iter().filter(|tenths| power > 1 || tenths % 10 == 0) {
                let step = power.saturating_mul(tenths) / 10;
                let lines = needed.div_ceil(step);
                if lines <= 4 {
                    return Self { step, lines };
                }
            }
            power = power.saturating_mul(10);
        }
    }

    pub(super) fn top(self) -> u64 {
        self.step.saturating_mul(self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers() {
        for (highest, step, lines) in [
            (0, 1, 1),
            (1, 1, 1),
            (3, 1, 3),
            (4, 1, 4),
            (5, 2, 3),
            (9, 5, 2),
            (712, 200, 4),
            (780, 250, 4),
            (92, 25, 4),
            (100, 50, 3),
            (19_204, 5_000, 4),
            (u64::MAX / 5, 1_000_000_000_000_000_000, 4),
        ] {
            assert_eq!(Scale::up_to(highest), Scale { step, lines }, "{highest}");
        }
    }
}
