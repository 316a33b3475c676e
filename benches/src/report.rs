//! The tables, in Markdown.

use crate::pairs::{Pairs, Side};
use crate::{CONNECTIONS, Setting};

/// One case beside its baseline.
pub(crate) struct Comparison {
    pub(crate) what: String,
    pub(crate) baseline: &'static str,
    pub(crate) target: f64,
    pub(crate) pairs: Pairs,
}

/// One figure that stands for itself.
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) shown: String,
    pub(crate) target: &'static str,
}

/// Prints what was compared, and lines to stand below.
pub(crate) fn comparisons(setting: &Setting, compared: &[Comparison], notes: &[String]) {
    if compared.is_empty() {
        return;
    }
    println!(
        "{} pairs of {} s each after a warm-up; median (least–most). {CONNECTIONS} connections where requests are equal.\n",
        setting.pairs, setting.seconds
    );
    println!("| | ratio to baseline | target | ratio of CPU time |");
    println!("|---|---|---|---|");
    for Comparison { what, target, pairs, .. } in compared {
        let (ratio, cpu) = (pairs.ratio().show(2), pairs.cpu_ratio().show(2));
        println!("| {what} | {ratio} | ≥ {target:.1} | {cpu} |");
    }
    println!(
        "\n| | a second | p99 ms | CPU µs each | server's core %: it + others | load's core %: it + others |"
    );
    println!("|---|---|---|---|---|---|");
    for Comparison { what, baseline, pairs, .. } in compared {
        side(baseline, &pairs.baseline());
        side(what.split(" (").next().unwrap_or(what), &pairs.ours());
    }
    for note in notes {
        println!("\n{note}");
    }
}

/// Prints figures.
pub(crate) fn figures(figures: &[Figure]) {
    if figures.is_empty() {
        return;
    }
    println!("\n| | | median (least–most) | target |");
    println!("|---|---|---|---|");
    for Figure { what, unit, shown, target } in figures {
        println!("| {what} | {unit} | {shown} | {target} |");
    }
}

fn side(name: &str, runs: &Side<'_>) {
    println!(
        "| {name} | {} | {} | {} | {} | {} |",
        runs.per_second().show(0),
        runs.p99_ms().show(2),
        runs.cpu_micros_each().show(1),
        runs.server_percent(),
        runs.load_percent(),
    );
}
