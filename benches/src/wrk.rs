//! wrk, the load generator of the cases that send one request over and over.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::pairs::Load;
use crate::{CONNECTIONS, Setting};

const SCRIPT: &str = include_str!("wrk.lua");
const SCRIPT_OF_MANY: &str = include_str!("wrk_many.lua");

/// One request, sent as often as it is answered.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) header: (&'static str, String),
    pub(crate) body: String,
}

/// Whole requests of one length in a file, sent one after the other and then from the beginning.
pub(crate) struct ManyRequests<'a> {
    /// Where to.
    pub(crate) origin: &'a str,
    pub(crate) file: &'a Path,
    pub(crate) bytes_each: usize,
}

pub(crate) struct Wrk {
    script: PathBuf,
    script_of_many: PathBuf,
}

impl Wrk {
    pub(crate) fn new(setting: &Setting) -> anyhow::Result<Self> {
        let (script, script_of_many) = (setting.folder.join("wrk.lua"), setting.folder.join("wrk_many.lua"));
        std::fs::write(&script, SCRIPT)?;
        std::fs::write(&script_of_many, SCRIPT_OF_MANY)?;
        Ok(Self { script, script_of_many })
    }

    /// Sends `request` for so long. An answer other than 2xx or 3xx is an error.
    pub(crate) fn run(&self, request: &Request, seconds: u32) -> anyhow::Result<Load> {
        let Request { method, url, header: (name, value), body } = request;
        load(&self.script, url, [method, *name, value, body], seconds)
    }

    /// The same with many requests.
    pub(crate) fn run_many(&self, requests: &ManyRequests<'_>, seconds: u32) -> anyhow::Result<Load> {
        let ManyRequests { origin, file, bytes_each } = requests;
        let file = file.to_str().context("the file's name is not UTF-8")?;
        load(&self.script_of_many, origin, [file, &bytes_each.to_string()], seconds)
    }
}

fn load<const N: usize>(
    script: &Path,
    url: &str,
    arguments: [&str; N],
    seconds: u32,
) -> anyhow::Result<Load> {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string()])
        .args(["--timeout", "5s", "--duration", &format!("{seconds}s"), "--script"])
        .arg(script)
        .args([url, "--"])
        .args(arguments)
        .output()
        .context("cannot start wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures = text
        .lines()
        .find_map(|line| line.strip_prefix("figures "))
        .with_context(|| format!("wrk gave no figures: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let figures: Vec<u64> = figures.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [count, micros, errors, p99_micros] = figures[..] else { anyhow::bail!("{text}") };
    ensure!(errors == 0, "{errors} of {count} requests failed: {text}");
    Ok(Load { count, seconds: micros as f64 / 1e6, p99_ms: p99_micros as f64 / 1e3 })
}
