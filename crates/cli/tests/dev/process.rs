//! A running `stagedoor dev`.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{Answer, Call, Connection, encode};

pub(crate) struct Dev {
    child: Child,
    stdout: BufReader<ChildStdout>,
    server: Server,
    /// Holds its stderr, and its temporary folder where it has no other.
    own: TempDir,
}

/// Where requests go, and what it said when it was ready.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) told: Value,
    pub(crate) address: SocketAddr,
}

impl Deref for Dev {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// The binary: the one just built, or the one a long run was given.
pub(crate) fn command() -> Command {
    let built = env!("CARGO_BIN_EXE_stagedoor");
    let mut command = Command::new(std::env::var_os("STAGEDOOR").unwrap_or(built.into()));
    command.arg("dev").stdin(Stdio::null());
    command
}

/// A folder that nobody else can write in, whatever the umask.
pub(crate) fn private_folder() -> TempDir {
    let private = std::fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().permissions(private).tempdir().unwrap()
}

/// Runs it to its end, for what it refuses to start with: exit code and stderr.
pub(crate) fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first byte would be that of a server that is ready.
    let started = child.stdout.take().unwrap().read(&mut [0]).unwrap() > 0;
    if started {
        child.kill().unwrap();
    }
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert!(!started, "it starts with {arguments:?}");
    (status.code(), String::from_utf8(stderr).unwrap())
}

impl Dev {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(arguments: &[&dyn AsRef<OsStr>]) -> Self {
        Self::start_in(arguments, &[])
    }

    /// The same, with these environment variables.
    pub(crate) fn start_in(arguments: &[&dyn AsRef<OsStr>], variables: &[(&str, &str)]) -> Self {
        let own = TempDir::new().unwrap();
        let stderr = std::fs::File::create(own.path().join("stderr")).unwrap();
        let temporary = own.path().join("tmp");
        std::fs::create_dir(&temporary).unwrap();
        let mut command = command();
        command.args(["--listen", "127.0.0.1:0", "--json"]).args(arguments).env("TMPDIR", temporary);
        command.envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|error| {
            panic!(
                "{error}: {line}{}",
                std::fs::read_to_string(own.path().join("stderr")).unwrap_or_default()
            )
        });
        let address = told["url"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, stdout, server: Server { told, address }, own }
    }

    /// Sends SIGTERM.
    pub(crate) fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; what else it wrote to stdout and stderr, and what it left of its temporary folder.
    pub(crate) fn wait(mut self) -> End {
        let status = self.child.wait().unwrap();
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        let stderr = std::fs::read_to_string(self.own.path().join("stderr")).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        End { status, stdout, stderr, left: self.temporary_files() }
    }

    /// What stands in its folder for temporary files.
    pub(crate) fn temporary_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.own.path().join("tmp")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Stops it the regular way.
    pub(crate) fn stop(self) -> End {
        self.ask_to_stop();
        let end = self.wait();
        assert_eq!(end.status.code(), Some(0), "{}", end.stderr);
        end
    }

    /// kill -9, whatever it is doing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let stderr = std::fs::read_to_string(self.own.path().join("stderr")).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

impl Server {
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn send(&self, call: &Call) -> Answer {
        self.connect().send(call).unwrap()
    }

    /// What it tells of an API.
    pub(crate) fn told(&self, api: &str, member: &str) -> &str {
        self.told["apis"][api][member].as_str().unwrap_or_else(|| panic!("{api} tells no {member}"))
    }

    /// The path of an address it tells.
    pub(crate) fn path(&self, api: &str, member: &str) -> String {
        self.told(api, member).strip_prefix(self.told["url"].as_str().unwrap()).unwrap().to_owned()
    }

    /// A token request by the API's client.
    pub(crate) fn token_call(&self, api: &str, fields: &[(&str, &str)]) -> Call {
        let (id, secret) = (self.told(api, "client_id"), self.told(api, "client_secret"));
        let call = Call::new("POST", &self.path(api, "token_url"));
        if api == "soundcharts" {
            let pair = BASE64.encode(format!("{id}:{secret}"));
            return call.form(&encode(fields)).header("authorization", &format!("Basic {pair}"));
        }
        let proof = [("client_id", id), ("client_secret", secret)];
        call.form(&encode(&[fields, &proof].concat()))
    }

    pub(crate) fn token(&self, api: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(&self.token_call(api, fields))
    }

    /// A token for the client itself.
    pub(crate) fn client_credentials(&self, api: &str) -> Answer {
        let answer = self.token(api, &[("grant_type", "client_credentials")]);
        assert_eq!(answer.status, 200, "{api}: {}", answer.shown());
        answer
    }
}

pub(crate) struct End {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) left: Vec<PathBuf>,
}

impl Drop for Dev {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
