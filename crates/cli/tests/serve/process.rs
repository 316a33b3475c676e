//! A folder as `stagedoor init` leaves it, and the server that runs in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::Value;
use stagedoor_server::config::Configuration;
use stagedoor_server::password::Passwords;
use stagedoor_server::state_file::StateFile;
use stagedoor_server::{Api, ApiSettings, Clock, Upstream};
use stagedoor_store::{Store, StoreOptions};
use tempfile::TempDir;

use crate::http::{self, Answer, Call};
use crate::log::Log;

pub(crate) const CLIENT: &str = "3c2b1a09f8e7d6c5b4a3928170615243";
pub(crate) const SECRET: &str = "sds_Q7w2E9r4T1y6U3i8O5p0A7s2D9f4G1h6J3k8L5z0X7c";

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stagedoor"));
    command.stdin(Stdio::null()).env_remove("STAGEDOOR_LOG");
    command
}

/// A folder with configuration and keys.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// What `init` writes, listening on any free port, before `upstream`.
    pub(crate) fn before(upstream: SocketAddr) -> Self {
        Self::saying(upstream).0
    }

    /// The same, with what `init` said.
    pub(crate) fn saying(upstream: SocketAddr) -> (Self, String) {
        let folder = Self(TempDir::new().unwrap());
        let made = run(&["init", "--dir", &folder.0.path().display().to_string()]);
        assert!(made.status.success(), "{made:?}");
        folder.change("127.0.0.1:8080\"]\n\n", "127.0.0.1:0\"]\n\n");
        folder.change("http://127.0.0.1:9000", &format!("http://{upstream}/v1"));
        folder.change("\"pretty\"", "\"json\"");
        (folder, String::from_utf8(made.stdout).unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn configuration(&self) -> String {
        self.path("stagedoor.toml").display().to_string()
    }

    /// Puts one text of the configuration in place of another.
    pub(crate) fn change(&self, from: &str, to: &str) {
        let path = self.path("stagedoor.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Puts a file, which its owner alone can read, in the place of another at once.
    pub(crate) fn replace(&self, name: &str, text: &str) {
        let new = self.path("new");
        std::fs::write(&new, text).unwrap();
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::rename(new, self.path(name)).unwrap();
    }

    /// Puts an app into the database of every API, as an administrator would.
    pub(crate) fn add_apps(&self) {
        let configuration = Configuration::read(Path::new(&self.configuration())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(add_apps(configuration));
    }

    /// SQLite's own word on the database.
    pub(crate) fn assert_intact(&self) {
        let database = Connection::open(self.path("stagedoor.db")).unwrap();
        let verdict: String = database.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        let strays = database.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
        assert!(!strays, "a row refers to one that is not there");
    }

    pub(crate) fn serve(&self) -> Serve {
        let mut command = command();
        command.args(["serve", "--config", &self.configuration()]);
        Self::start(command)
    }

    /// The same, by a shell with this umask.
    pub(crate) fn serve_with_umask(&self, umask: &str) -> Serve {
        let mut shell = Command::new("sh");
        shell.stdin(Stdio::null()).env_remove("STAGEDOOR_LOG");
        let script = format!("umask {umask}; exec \"$0\" serve --config \"$1\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_stagedoor"), &self.configuration()]);
        Self::start(shell)
    }

    /// Starts a server by a command of the test's own, and waits until it is ready.
    pub(crate) fn start(mut command: Command) -> Serve {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut log = String::new();
        while !log.contains("\"message\":\"ready\"") {
            assert_ne!(stderr.read_line(&mut log).unwrap(), 0, "it ended: {log}");
        }
        let ready: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        let url = ready["url"].as_str().unwrap().to_owned();
        let listens = ready["listens"].as_str().unwrap().split(", ");
        let addresses: Vec<SocketAddr> = listens.map(|address| address.parse().unwrap()).collect();
        Serve { child, rest: Some(Log::read(stderr)), log, url, address: addresses[0], addresses }
    }
}

async fn add_apps(configuration: Configuration) {
    let clock = Clock::default();
    let store = Store::open(&configuration.database, StoreOptions::default(), clock.now()).unwrap();
    let mut state = "[[team]]\nid = 5001\nname = \"Night Ferry Records\"\nkind = \"label\"\n".to_owned();
    let mut apis = Vec::new();
    for api in configuration.apis {
        state.push_str(&format!(
            "[[app]]\napi = \"{}\"\nclient_id = \"{CLIENT}\"\nsecrets = [\"{SECRET}\"]\nname = \"Reader\"\n\
             stage = \"approved\"\nteam = 5001\n",
            api.name
        ));
        let settings = ApiSettings {
            name: api.name,
            mount: api.path,
            origin: String::new(),
            dialect: api.dialect,
            upstream: Upstream::Service(axum::Router::new()),
            needed_scopes: Vec::new(),
            unlimited: true,
        };
        let passwords = Arc::new(Passwords::default());
        let keys = configuration.keys.ring.clone();
        apis.push(Arc::new(Api::new(settings, keys, store.clone(), clock.clone(), passwords)));
    }
    let effects = StateFile::parse(&state).unwrap().effects(&apis, clock.now()).unwrap();
    store.commit(effects).await.unwrap();
    store.close().await;
}

/// A running server.
pub(crate) struct Serve {
    child: Child,
    /// What it logs from then on.
    rest: Option<Log>,
    /// What it logged until it was ready.
    log: String,
    pub(crate) url: String,
    /// The first it listens on.
    pub(crate) address: SocketAddr,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Serve {
    /// What it logged until it was ready.
    pub(crate) fn log(&self) -> &str {
        &self.log
    }

    pub(crate) fn connect(&self) -> http::Connection {
        http::Connection::open(self.address)
    }

    pub(crate) fn send(&self, call: &Call) -> Answer {
        self.connect().send(call).unwrap()
    }

    /// A token for the app itself.
    pub(crate) fn token(&self, scope: &str) -> String {
        self.token_at("127.0.0.1", scope)
    }

    /// The same at a host.
    pub(crate) fn token_at(&self, host: &str, scope: &str) -> String {
        token(&mut self.connect(), host, scope)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the token endpoint answers the app.
    pub(crate) fn ask_for_token(&self, host: &str, scope: &str) -> Answer {
        self.send(&token_request(host, scope))
    }

    /// Lets no file of the server's be written to behind so many bytes, as if the disk was full; `None`: no such limit.
    pub(crate) fn limit_file_size(&self, bytes: Option<u64>) {
        let limit = Rlimit { current: bytes, maximum: getrlimit(Resource::Fsize).maximum };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit).unwrap();
    }

    /// SIGKILL: there is nothing it could do about it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it logs a line with `text` in it, and gives the line.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        self.rest.as_mut().unwrap().wait_for(text)
    }

    /// Lets it read its configuration again, and waits until it has taken it up.
    pub(crate) fn reload(&mut self) {
        self.signal("-HUP");
        self.wait_for("the configuration is taken up");
    }

    /// Waits for its end: exit code, and all it logged.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let mut log = std::mem::take(&mut self.log);
        log.extend(self.rest.take().map(Log::rest));
        assert!(!log.contains("panicked"), "{log}");
        (status.code(), log)
    }

    /// Stops it the regular way; all it logged.
    pub(crate) fn stop(self) -> String {
        self.ask_to_stop();
        let (code, log) = self.wait();
        assert_eq!(code, Some(0), "{log}");
        log
    }
}

/// A token for the app itself, asked for over a connection.
pub(crate) fn token<S: Read + Write>(
    connection: &mut http::Connection<S>,
    host: &str,
    scope: &str,
) -> String {
    let answer = connection.send(&token_request(host, scope)).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.shown());
    answer.member("access_token")
}

fn token_request(host: &str, scope: &str) -> Call {
    let form =
        format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}&scope={scope}");
    Call::new("POST", "/catalogue/token").header("host", host).form(&form)
}

impl Drop for Serve {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
