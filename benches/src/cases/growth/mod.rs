//! Very many apps and grants beside few: the same requests over either, Zipf 1.0 over all of them, by turns. Then how soon a
//! server is ready, and how long cleaning holds the writer.

mod cleaning;
mod database;
mod population;
mod ready;
mod refreshes;
mod requests;
mod zipf;

use std::path::PathBuf;
use std::sync::Arc;

use crate::child::Pinned;
use crate::pairs::{self, Pairs, grouped};
use crate::report::{Comparison, Figure};
use crate::wrk::Wrk;
use crate::{Setting, usage};
use population::{Population, Size};
use refreshes::Refreshes;
use requests::{Kind, Requests};

/// As many grants for each app as in the large one.
const FEW: Size = Size { apps: 1_000, grants: 10_000 };
const BASELINE: &str = "1,000 apps, 10,000 grants";
const TARGET: f64 = 0.8;
/// Until memory holds what it will: several times the apps that it holds.
const WARM_UP: u64 = 600_000;

/// A server over a copy of a database.
struct Grown {
    folder: PathBuf,
    population: Arc<Population>,
    server: Pinned,
}

/// Measures so many apps and grants beside few.
pub(crate) fn growth(
    setting: &Setting,
    apps: u64,
    grants: u64,
) -> anyhow::Result<(Vec<Comparison>, Vec<Figure>)> {
    let few = Grown::start(setting, FEW, "few")?;
    let many = Grown::start(setting, Size { apps, grants }, "many")?;
    let name = format!("{} apps, {} grants", grouped(apps as f64, 0), grouped(grants as f64, 0));
    let compared = vec![
        requests(setting, &few, &many, Kind::Issue, format!("client credentials, {name}"))?,
        requests(setting, &few, &many, Kind::Check, format!("bearer check and an answer, {name}"))?,
        refreshes(setting, &few, &many, format!("durable refresh, {name}"))?,
    ];
    let mut figures = Vec::new();
    for (grown, name) in [(few, BASELINE), (many, name.as_str())] {
        figures.push(grown.memory(name)?);
        let Grown { folder, population, server } = grown;
        drop(server);
        figures.extend(ready::ready(setting, &folder, name)?);
        if name != BASELINE {
            figures.extend(cleaning::cleaning(&folder, &population)?);
        }
    }
    Ok((compared, figures))
}

fn requests(
    setting: &Setting,
    few: &Grown,
    many: &Grown,
    kind: Kind,
    what: String,
) -> anyhow::Result<Comparison> {
    let wrk = Wrk::new(setting)?;
    let mut of_few = Requests::new(&few.server, &few.population, &few.folder)?;
    let mut of_many = Requests::new(&many.server, &many.population, &many.folder)?;
    of_few.warm_up(&wrk, kind, WARM_UP / 10)?;
    of_many.warm_up(&wrk, kind, WARM_UP)?;
    let pairs = Pairs::interleave(
        setting.pairs,
        || of_few.run(setting, &wrk, kind),
        || of_many.run(setting, &wrk, kind),
    )?;
    Ok(Comparison { what, baseline: BASELINE, target: TARGET, pairs })
}

fn refreshes(setting: &Setting, few: &Grown, many: &Grown, what: String) -> anyhow::Result<Comparison> {
    let mut of_few = Refreshes::new(&few.server, &few.population)?;
    let mut of_many = Refreshes::new(&many.server, &many.population)?;
    of_few.run(setting.seconds)?;
    of_many.run(setting.seconds)?;
    let pairs = Pairs::interleave(
        setting.pairs,
        || pairs::run(few.server.measured(setting), || of_few.run(setting.seconds)),
        || pairs::run(many.server.measured(setting), || of_many.run(setting.seconds)),
    )?;
    Ok(Comparison { what, baseline: BASELINE, target: TARGET, pairs })
}

impl Grown {
    fn start(setting: &Setting, size: Size, name: &str) -> anyhow::Result<Self> {
        let folder = setting.folder.join(name);
        let population = Arc::new(database::copy(setting, size, &folder)?);
        let server = Pinned::stagedoor(setting, &folder)?;
        Ok(Self { folder, population, server })
    }

    fn memory(&self, name: &str) -> anyhow::Result<Figure> {
        let shown = grouped(usage::resident_megabytes(self.server.pid())?, 1);
        Ok(Figure {
            what: format!("resident memory after all that, {name}"), unit: "MB", shown, target: "–"
        })
    }
}
