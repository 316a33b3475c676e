//! A hundred processes find the same token ended. Measured from the moment the vault holds the new one: all of them wait by
//! then, so starting them is not in it.

use std::fs;
use std::io::{PipeReader, Read, pipe};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use stagedoor_wire::Dialect;

use super::vault;
use crate::Setting;
use crate::pairs::Spread;
use crate::report::Figure;
use crate::stopwatch;
use crate::token_server::TokenServer;

const PROCESSES: usize = 100;
const STRICT: &str = "strict";

/// Measures it against a server that repeats a lost answer, and against one that does not.
pub(crate) fn storm(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (dialect, kind) in [("standard", "with a retry window"), (STRICT, "of single use without one")] {
        let (mut printed, mut ended) = (Vec::new(), Vec::new());
        for round in 0..setting.pairs {
            let home = setting.folder.join(format!("storm-{dialect}-{round}"));
            let once = play(setting, &home, dialect)?;
            printed.push(once.printed_millis);
            ended.push(once.ended_millis);
        }
        for (what, millis, target) in [("print", printed, "≤ 60"), ("exit", ended, "≤ 60")] {
            figures.push(Figure {
                what: format!(
                    "{PROCESSES} processes, a refresh token {kind}: from the vault's write to the last {what}; 1 request"
                ),
                unit: "ms",
                shown: millis.into_iter().collect::<Spread>().show(1),
                target,
            });
        }
    }
    Ok(figures)
}

struct Once {
    printed_millis: f64,
    ended_millis: f64,
}

fn play(setting: &Setting, home: &Path, dialect: &str) -> anyhow::Result<Once> {
    let server = TokenServer::start()?;
    vault::make(home, dialect, &server.url, false)?;
    fs::create_dir(home.join("dialects"))?;
    fs::write(home.join("dialects/strict.toml"), strict()?)?;
    let lock = fs::metadata(home.join(format!("credentials/{}.lock", vault::NAME)))?.ino();
    let (reader, writer) = pipe()?;
    let children = (0..PROCESSES)
        .map(|_| Ok(waiter(setting, home).stdout(writer.try_clone()?).spawn()?))
        .collect::<anyhow::Result<Vec<Child>>>()?;
    // Theirs are left; the end of all of them is the pipe's.
    drop(writer);
    while waiting(lock)? < PROCESSES - 1 {
        std::thread::yield_now();
    }
    server.answer();
    let (bytes, printed, ended) = drain(reader)?;
    let written = fs::metadata(home.join(format!("credentials/{}.credential", vault::NAME)))?;
    // rename(2) sets the change time.
    let written = written.ctime() as f64 * 1e3 + written.ctime_nsec() as f64 / 1e6;
    for mut child in children {
        ensure!(child.wait()?.success(), "a waiter failed");
    }
    ensure!(
        bytes == [server.token(), "\n"].concat().repeat(PROCESSES).as_bytes(),
        "not all were served the same"
    );
    ensure!(server.requests() == 1, "{} token requests", server.requests());
    Ok(Once { printed_millis: printed - written, ended_millis: ended - written })
}

/// On all cores, as processes are.
fn waiter(setting: &Setting, home: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &format!("{},{}", setting.server_core, setting.load_core)]).arg(&setting.stagedoor);
    command.args(["token", vault::NAME]).stdin(Stdio::null());
    command.env_remove("STAGEDOOR_LOG").env_remove("RUST_LOG").env("STAGEDOOR_HOME", home);
    command
}

/// How many processes wait for the lock on this inode (proc_locks(5)).
fn waiting(inode: u64) -> anyhow::Result<usize> {
    let end = format!(":{inode} ");
    let locks = fs::read_to_string("/proc/locks")?;
    Ok(locks.lines().filter(|line| line.contains("->") && line.contains(&end)).count())
}

/// What they all say, and when the last of it came and the last of them ended, in milliseconds since the Unix epoch.
fn drain(mut reader: PipeReader) -> anyhow::Result<(Vec<u8>, f64, f64)> {
    let (mut bytes, mut room, mut printed) = (Vec::new(), [0; 4096], 0.0);
    loop {
        let read = reader.read(&mut room)?;
        if read == 0 {
            return Ok((bytes, printed, stopwatch::now_millis()));
        }
        printed = stopwatch::now_millis();
        bytes.extend_from_slice(&room[..read]);
    }
}

/// The standard dialect without a way back from a lost answer.
fn strict() -> anyhow::Result<String> {
    let standard = include_str!("../../../../crates/wire/dialects/standard.toml");
    let strict = standard.replacen("lost_answer = \"repeated\"", "lost_answer = \"lost\"", 1).replacen(
        "name = \"standard\"",
        "name = \"strict\"",
        1,
    );
    Dialect::parse("strict.toml", &strict).context("the strict dialect is wrong")?;
    Ok(strict)
}
