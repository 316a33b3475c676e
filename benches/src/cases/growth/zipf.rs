//! Zipf's law with exponent 1: the one of rank n is asked for n times less often than the first.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub(super) struct Zipf {
    /// How often any of the ranks up to one is asked for, of the last entry.
    up_to: Vec<f64>,
    random: StdRng,
}

impl Zipf {
    pub(super) fn new(ranks: u64, seed: u64) -> Self {
        let mut sum = 0.0;
        let up_to = (1..=ranks)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { up_to, random: StdRng::seed_from_u64(seed) }
    }

    /// The next rank, from 0.
    pub(super) fn draw(&mut self) -> u64 {
        let at = self.random.random::<f64>() * self.up_to.last().copied().unwrap_or_default();
        self.up_to.partition_point(|up_to| *up_to <= at).min(self.up_to.len().saturating_sub(1)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_drawn_most() {
        let mut zipf = Zipf::new(1_000, 1);
        let mut drawn = [0_u32; 1_000];
        for _ in 0..100_000 {
            drawn[zipf.draw() as usize] += 1;
        }
        // The harmonic number of 1,000 is 7.485.
        for (rank, expected) in [(1, 13_359.0), (2, 6_680.0), (10, 1_336.0)] {
            let share = f64::from(drawn[rank - 1]) / expected;
            assert!((0.85..1.15).contains(&share), "{rank}: {share}");
        }
    }
}
