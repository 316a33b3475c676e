//! Runs in pairs, so that what else the machine does falls on both sides: baseline, ours, baseline, ours, …

use std::time::Duration;

use crate::usage;

/// What a load generator saw.
pub(crate) struct Load {
    pub(crate) count: u64,
    pub(crate) seconds: f64,
    pub(crate) p99_ms: f64,
}

impl Load {
    /// Of how long each answer took.
    pub(crate) fn of_answers(millis: Vec<f64>, duration: Duration) -> Self {
        let (count, spread) = (millis.len() as u64, millis.into_iter().collect::<Spread>());
        Self { count, seconds: duration.as_secs_f64(), p99_ms: spread.percentile(0.99) }
    }
}

/// A load and what it cost.
pub(crate) struct Run {
    load: Load,
    server: Share,
    load_generator: Share,
}

/// What a process had of its core.
struct Share {
    own_seconds: f64,
    /// What everything else had of it: noise.
    others_seconds: f64,
}

/// A server under measurement.
#[derive(Clone, Copy)]
pub(crate) struct Server {
    pub(crate) pid: u32,
    pub(crate) core: u32,
    pub(crate) load_core: u32,
}

/// Applies a load and notes what the server and the load generator used meanwhile.
pub(crate) fn run(server: Server, load: impl FnOnce() -> anyhow::Result<Load>) -> anyhow::Result<Run> {
    let used = || {
        let core = |core| usage::core_busy_seconds(core);
        let own = [usage::cpu_seconds(server.pid)?, usage::own_cpu_seconds()?];
        Ok::<_, anyhow::Error>((own, [core(server.core)?, core(server.load_core)?]))
    };
    let (own_before, cores_before) = used()?;
    let load = load()?;
    let (own, cores) = used()?;
    let share = |at: usize| {
        let own_seconds = own[at] - own_before[at];
        Share { own_seconds, others_seconds: cores[at] - cores_before[at] - own_seconds }
    };
    Ok(Run { load, server: share(0), load_generator: share(1) })
}

impl Run {
    fn per_second(&self) -> f64 {
        self.load.count as f64 / self.load.seconds
    }

    fn cpu_micros_each(&self) -> f64 {
        self.server.own_seconds * 1e6 / self.load.count as f64
    }
}

/// All runs of one case.
pub(crate) struct Pairs {
    baseline: Vec<Run>,
    ours: Vec<Run>,
}

impl Pairs {
    pub(crate) fn interleave(
        pairs: u32,
        mut baseline: impl FnMut() -> anyhow::Result<Run>,
        mut ours: impl FnMut() -> anyhow::Result<Run>,
    ) -> anyhow::Result<Self> {
        let mut own = Self { baseline: Vec::new(), ours: Vec::new() };
        for _ in 0..pairs {
            own.baseline.push(baseline()?);
            own.ours.push(ours()?);
        }
        Ok(own)
    }

    /// Ours through the baseline, of rates.
    pub(crate) fn ratio(&self) -> Spread {
        self.each_pair(|baseline, ours| ours.per_second() / baseline.per_second())
    }

    /// The baseline through ours, of CPU time a request: what the ratio would be if nothing else took part.
    pub(crate) fn cpu_ratio(&self) -> Spread {
        self.each_pair(|baseline, ours| baseline.cpu_micros_each() / ours.cpu_micros_each())
    }

    pub(crate) fn baseline(&self) -> Side<'_> {
        Side(&self.baseline)
    }

    pub(crate) fn ours(&self) -> Side<'_> {
        Side(&self.ours)
    }

    fn each_pair(&self, compare: impl Fn(&Run, &Run) -> f64) -> Spread {
        self.baseline.iter().zip(&self.ours).map(|(baseline, ours)| compare(baseline, ours)).collect()
    }
}

/// The runs of one side.
pub(crate) struct Side<'a>(&'a [Run]);

impl Side<'_> {
    pub(crate) fn per_second(&self) -> Spread {
        self.0.iter().map(Run::per_second).collect()
    }

    pub(crate) fn cpu_micros_each(&self) -> Spread {
        self.0.iter().map(Run::cpu_micros_each).collect()
    }

    pub(crate) fn p99_ms(&self) -> Spread {
        self.0.iter().map(|run| run.load.p99_ms).collect()
    }

    /// Percent of its core that the server had, and what else had it.
    pub(crate) fn server_percent(&self) -> String {
        self.percent(|run| &run.server)
    }

    /// Percent of its core that the load generator had, and what else had it.
    pub(crate) fn load_percent(&self) -> String {
        self.percent(|run| &run.load_generator)
    }

    fn percent(&self, share: impl Fn(&Run) -> &Share) -> String {
        let median = |seconds: fn(&Share) -> f64| {
            let percent = |run| 100.0 * seconds(share(run)) / run.load.seconds;
            self.0.iter().map(percent).collect::<Spread>().median().max(0.0)
        };
        format!("{:.0} + {:.0}", median(|share| share.own_seconds), median(|share| share.others_seconds))
    }
}

/// Figures of several runs.
pub(crate) struct Spread(Vec<f64>);

impl FromIterator<f64> for Spread {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self(sorted)
    }
}

impl Spread {
    /// The part `share` of the figures is at most this one.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(0.5)
    }

    /// Median and extremes.
    pub(crate) fn show(&self, decimals: usize) -> String {
        let figure = |share| grouped(self.percentile(share), decimals);
        format!("{} ({}–{})", figure(0.5), figure(0.0), figure(1.0))
    }
}

/// A figure with its thousands set apart.
pub(crate) fn grouped(figure: f64, decimals: usize) -> String {
    let text = format!("{figure:.decimals$}");
    let digits = text.find('.').unwrap_or(text.len());
    let mut grouped = String::new();
    for (at, character) in text.char_indices() {
        if at > 0 && at < digits && (digits - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(character);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads() {
        let spread: Spread = [3.0, 1.0, 2.0].into_iter().collect();
        assert_eq!(spread.show(1), "2.0 (1.0–3.0)");
        let many: Spread = (1..=100).map(f64::from).collect();
        assert_eq!((many.percentile(0.99), many.percentile(1.0)), (99.0, 100.0));
    }

    #[test]
    fn thousands() {
        for (figure, decimals, text) in
            [(0.71, 2, "0.71"), (999.6, 0, "1,000"), (127_500.0, 0, "127,500"), (1234.5, 1, "1,234.5")]
        {
            assert_eq!(grouped(figure, decimals), text);
        }
    }
}
