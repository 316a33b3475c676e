//! Who renews, and may be killed at it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStdout};

use serde_json::Value;

use crate::home::Home;
use crate::http::Call;
use crate::round::World;

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Actor {
    /// `stagedoor token`, for longer than the token lives.
    Token,
    /// `stagedoor call`, which gets a 401.
    Call,
    /// `stagedoor broker`, which gets a 401 for somebody's call.
    Broker,
}

/// One that runs, and what it is asked.
pub(crate) enum Running {
    Command(ChildStdout),
    Broker(UnixStream),
}

/// The method and path of a call that the API answers.
pub(crate) fn example(api: &str) -> (&'static str, &'static str) {
    match api {
        "bandcamp" => ("POST", "/api/account/1/my_bands"),
        "spotify" => ("GET", "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb"),
        _ => ("GET", "/whoami"),
    }
}

impl Actor {
    /// Starts it. A broker is ready when this returns.
    pub(crate) fn start(self, world: &World<'_>, api: &str) -> (Child, Running) {
        let (method, path) = example(api);
        let arguments: &[&str] = match self {
            Self::Token => &["token", api, "--min-ttl", "3600"],
            Self::Call => &["call", api, method, path],
            Self::Broker => &["broker", "--json"],
        };
        let mut child = world.home.command(arguments).stderr(log(world.home.path())).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let running = match self {
            Self::Token | Self::Call => Running::Command(stdout),
            Self::Broker => Running::Broker(connect(stdout)),
        };
        (child, running)
    }
}

fn connect(stdout: ChildStdout) -> UnixStream {
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    UnixStream::connect(told["socket"].as_str().unwrap()).unwrap()
}

impl Running {
    /// Waits for its work's end; whether it was done.
    pub(crate) fn work(self, api: &str) -> bool {
        let mut said = Vec::new();
        match self {
            Self::Command(mut stdout) => stdout.read_to_end(&mut said).unwrap() > 0,
            Self::Broker(stream) => {
                let asked = ask(&stream, api, &mut said);
                let said = String::from_utf8_lossy(&said);
                let answered = asked.is_ok() && said.contains("\r\n\r\n");
                assert!(!answered || said.starts_with("HTTP/1.1 200"), "{said}");
                answered
            }
        }
    }
}

fn ask(mut stream: &UnixStream, api: &str, said: &mut Vec<u8>) -> io::Result<usize> {
    let (method, path) = example(api);
    let call = Call::new(method, &format!("/{api}{path}")).header("connection", "close");
    stream.write_all(&call.to_bytes())?;
    stream.read_to_end(said)
}

/// Where all of them write their stderr.
fn log(home: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(home.join("stderr")).unwrap()
}

/// What they have written there so far.
pub(crate) fn said(home: &Home) -> String {
    std::fs::read_to_string(home.path().join("stderr")).unwrap()
}
