//! The process: how soon it is ready and how much memory it takes.

use crate::Setting;
use crate::child::Pinned;
use crate::pairs::{Spread, grouped};
use crate::report::Figure;
use crate::usage;
use crate::wrk::Wrk;

use super::over_http::Requests;

const STARTS: u32 = 10;
const MINTS: u64 = 1_000_000;
const WARM_UP_SECONDS: u32 = 2;

/// Measures a few starts, idle memory, and memory around a million mints.
pub(crate) fn process(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let folder = |number| setting.folder.join(format!("start-{number}"));
    let (mut first, mut again, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..STARTS {
        for starts in [&mut first, &mut again] {
            let server = Pinned::stagedoor(setting, &folder(number))?;
            starts.push(server.ready_after.as_secs_f64() * 1e3);
            idle.push(usage::resident_megabytes(server.pid())?);
        }
    }
    let figure = |what: &str, unit, figures: Vec<f64>, target| {
        let shown = figures.into_iter().collect::<Spread>().show(1);
        Figure { what: what.to_owned(), unit, shown, target }
    };
    let mut figures = vec![
        figure("exec to ready line, new database and keys", "ms", first, "≤ 150"),
        figure("exec to ready line, existing ones", "ms", again, "≤ 150"),
        figure("resident memory when ready", "MB", idle, "≤ 32"),
    ];
    figures.push(memory_around_mints(setting)?);
    Ok(figures)
}

fn memory_around_mints(setting: &Setting) -> anyhow::Result<Figure> {
    let server = Pinned::stagedoor(setting, &setting.folder.join("mints"))?;
    let requests = Requests::read(&server)?;
    let wrk = Wrk::new(setting)?;
    wrk.run(&requests.token, WARM_UP_SECONDS)?;
    let before = usage::resident_megabytes(server.pid())?;
    let mut mints = 0;
    while mints < MINTS {
        mints += wrk.run(&requests.token, setting.seconds)?.count;
    }
    let after = usage::resident_megabytes(server.pid())?;
    Ok(Figure {
        what: format!("resident memory after a warm-up, then after {} mints more", grouped(mints as f64, 0)),
        unit: "MB",
        shown: format!("{before:.1}, {after:.1}"),
        target: "flat",
    })
}
