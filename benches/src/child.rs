//! Processes under measurement: each on the server's core, and gone when this one is.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::Setting;
use crate::pairs::Server;
use crate::stopwatch::Stopwatch;

/// A process that tells in one line of JSON that it is ready.
pub(crate) struct Pinned {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it told.
    pub(crate) told: Value,
    /// From starting it to its line.
    pub(crate) ready_after: Duration,
}

impl Pinned {
    /// Starts `program` on the server's core, gives it `input` and waits for its line.
    pub(crate) fn start(
        setting: &Setting,
        program: &Path,
        arguments: &[&str],
        input: &str,
    ) -> anyhow::Result<Self> {
        Self::start_on(setting.server_core, program, arguments, input)
    }

    /// The same on another core.
    pub(crate) fn start_on(
        core: u32,
        program: &Path,
        arguments: &[&str],
        input: &str,
    ) -> anyhow::Result<Self> {
        let stopwatch = Stopwatch::start();
        let mut child = Command::new("taskset")
            .args(["-c", &core.to_string(), "setpriv", "--pdeathsig", "KILL"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let mut own = Self {
            child,
            input: stdin.context("no stdin")?,
            output: BufReader::new(stdout.context("no stdout")?),
            told: Value::Null,
            ready_after: Duration::ZERO,
        };
        if !input.is_empty() {
            writeln!(own.input, "{input}")?;
        }
        own.told = own.line().with_context(|| format!("{} did not get ready", program.display()))?;
        own.ready_after = stopwatch.elapsed();
        Ok(own)
    }

    /// `stagedoor dev` without limits over a folder of its own.
    pub(crate) fn stagedoor(setting: &Setting, folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.to_str().context("the folder's name is not UTF-8")?;
        let arguments = ["dev", "--unlimited", "--json", "--listen", "127.0.0.1:0", "--data-dir", folder];
        Self::start(setting, &setting.stagedoor, &arguments, "")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whose time is measured, and where.
    pub(crate) fn measured(&self, setting: &Setting) -> Server {
        Server { pid: self.pid(), core: setting.server_core, load_core: setting.load_core }
    }

    /// Sends a line and waits for the answer.
    pub(crate) fn ask(&mut self, line: &str) -> anyhow::Result<Value> {
        writeln!(self.input, "{line}")?;
        self.line()
    }

    /// A text that was told under a JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> anyhow::Result<&str> {
        let text = self.told.pointer(pointer).and_then(Value::as_str);
        text.with_context(|| format!("the ready line holds no {pointer}"))
    }

    fn line(&mut self) -> anyhow::Result<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
