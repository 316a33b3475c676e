//! wrk, the load generator of the cases that send one request over and over.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::pairs::Load;
use crate::{CONNECTIONS, Setting};

const SCRIPT: &str = include_str!("wrk.lua");

/// One request, sent as often as it is answered.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) header: (&'static str, String),
    pub(crate) body: String,
}

pub(crate) struct Wrk {
    script: PathBuf,
}

impl Wrk {
    pub(crate) fn new(setting: &Setting) -> anyhow::Result<Self> {
        let script = setting.folder.join("wrk.lua");
        std::fs::write(&script, SCRIPT)?;
        Ok(Self { script })
    }

    /// Sends `request` for so long. An answer other than 2xx or 3xx is an error.
    pub(crate) fn run(&self, request: &Request, seconds: u32) -> anyhow::Result<Load> {
        let Request { method, url, header: (name, value), body } = request;
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", &CONNECTIONS.to_string()])
            .args(["--timeout", "5s", "--duration", &format!("{seconds}s"), "--script"])
            .arg(&self.script)
            .args([url.as_str(), "--", method, name, value, body])
            .output()
            .context("cannot start wrk")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let figures = text.lines().find_map(|line| line.strip_prefix("figures ")).with_context(|| {
            format!("wrk gave no figures: {text}{}", String::from_utf8_lossy(&output.stderr))
        })?;
        let figures: Vec<u64> = figures.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [count, micros, errors, p99_micros] = figures[..] else { anyhow::bail!("{text}") };
        ensure!(errors == 0, "{errors} of {count} requests failed: {text}");
        Ok(Load { count, seconds: micros as f64 / 1e6, p99_ms: p99_micros as f64 / 1e3 })
    }
}
