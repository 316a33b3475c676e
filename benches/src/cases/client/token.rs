//! `stagedoor token` for a token that lives, from exec to its end, beside a program that prints a constant.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;

use super::vault;
use crate::Setting;
use crate::pairs::Spread;
use crate::report::Figure;
use crate::stopwatch::Stopwatch;

const RUNS: usize = 400;

/// Measures both by turns, and so that neither finds the other's pages in the cache alone.
pub(crate) fn token(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let home = setting.folder.join("token");
    vault::make(&home, "standard", "http://127.0.0.1:9/standard", true)?;
    let ours = || run(&setting.stagedoor, &["token", vault::NAME], &home);
    let bare = || run(&setting.constant, &[], &home);
    let (mut our_millis, mut bare_millis) = (Vec::new(), Vec::new());
    for at in 0..RUNS + 20 {
        let (bare, ours) = (bare()?, ours()?);
        // The first ones bring both from the disk.
        if at >= 20 {
            bare_millis.push(bare);
            our_millis.push(ours);
        }
    }
    let ratio = our_millis.iter().zip(&bare_millis).map(|(ours, bare)| ours / bare).collect::<Spread>();
    let show = |millis: Vec<f64>| {
        let spread = millis.into_iter().collect::<Spread>();
        let at = |share| spread.percentile(share);
        format!("{:.2} ({:.2}–{:.2}, p90 {:.2})", at(0.5), at(0.0), at(1.0), at(0.9))
    };
    let runs = format!("{RUNS} runs by turns");
    let figure = |what: String, unit, shown, target| Figure { what, unit, shown, target };
    Ok(vec![
        figure(
            format!("a minimal Rust program that prints a constant, {runs}"),
            "ms",
            show(bare_millis),
            "–",
        ),
        figure(format!("`stagedoor token` for a live token, {runs}"), "ms", show(our_millis), "≤ 2"),
        figure("the same as a ratio, run by run".to_owned(), "×", ratio.show(2), "≤ 4"),
    ])
}

/// Milliseconds from starting it to its end.
fn run(program: &Path, arguments: &[&str], home: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("STAGEDOOR_HOME", home).stdin(Stdio::null());
    let stopwatch = Stopwatch::start();
    let output = command.output()?;
    let millis = stopwatch.elapsed().as_secs_f64() * 1e3;
    ensure!(output.status.success() && output.stdout.starts_with(b"sdt_"), "{output:?}");
    Ok(millis)
}
