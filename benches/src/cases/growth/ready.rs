//! How soon a server over that database is ready.

use std::path::Path;

use anyhow::Context;

use crate::Setting;
use crate::child::Pinned;
use crate::pairs::Spread;
use crate::report::Figure;
use crate::usage;

const STARTS: u32 = 7;
/// Its log goes where the harness listens, and that it is ready is the first line of it.
const TOLD_ON_STDOUT: &str =
    "STAGEDOOR_LOG=info,stagedoor::serve::admin=error exec \"$0\" serve --config \"$1\" 2>&1";

/// Measures `stagedoor serve`, killed and started again, and the memory it takes when it is ready.
pub(super) fn ready(setting: &Setting, folder: &Path, what: &str) -> anyhow::Result<Vec<Figure>> {
    let configuration = folder.join("serve.toml");
    std::fs::write(&configuration, CONFIGURATION)?;
    let program = setting.stagedoor.to_str().context("the program's name is not UTF-8")?;
    let configuration = configuration.to_str().context("the folder's name is not UTF-8")?;
    let (mut millis, mut megabytes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let arguments = ["-c", TOLD_ON_STDOUT, program, configuration];
        let server = Pinned::start(setting, "/bin/sh".as_ref(), &arguments, "")?;
        anyhow::ensure!(server.text("/message")? == "ready", "it told something else: {}", server.told);
        millis.push(server.ready_after.as_secs_f64() * 1e3);
        megabytes.push(usage::resident_megabytes(server.pid())?);
    }
    let figure = |what, unit, figures: Vec<f64>, target| Figure {
        what,
        unit,
        shown: figures.into_iter().collect::<Spread>().show(1),
        target,
    };
    Ok(vec![
        figure(format!("`serve` over {what}, exec to ready"), "ms", millis, "≤ 1,000"),
        figure(format!("`serve` over {what}, resident memory when ready"), "MB", megabytes, "–"),
    ])
}

const CONFIGURATION: &str = r#"[server]
listen = ["127.0.0.1:0"]
[database]
path = "stagedoor.db"
[keys]
file = "stagedoor.key"
[log]
format = "json"
[[api]]
name = "standard"
dialect = "standard"
path = "/standard"
upstream = "http://127.0.0.1:9"
"#;
