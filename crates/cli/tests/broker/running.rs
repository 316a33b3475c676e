//! A running broker, and curl.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::home::Home;

pub(crate) struct Running {
    child: Child,
    pub(crate) told: Value,
    /// Everything it said besides.
    pub(crate) stderr: PathBuf,
}

/// What curl got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// Where the brokers of `home` listen.
pub(crate) fn socket(home: &Home) -> PathBuf {
    home.path().join("runtime/broker.sock")
}

impl Running {
    /// Starts one and waits until it says that it is ready.
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        Self::launch(home, home.command(&["broker", "--json"]).args(arguments))
    }

    pub(crate) fn launch(home: &Home, command: &mut Command) -> Self {
        let stderr = home.path().join("broker.stderr");
        let log = File::options().create(true).append(true).open(&stderr).unwrap();
        let mut child =
            command.arg("--socket").arg(socket(home)).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("it says {line:?}: {}", std::fs::read_to_string(&stderr).unwrap()));
        Self { child, told, stderr }
    }

    pub(crate) fn socket(&self) -> &Path {
        Path::new(self.told["socket"].as_str().unwrap())
    }

    /// A curl that asks for `path` on the socket.
    pub(crate) fn curl(&self, path: &str) -> Command {
        let mut curl = curl(&format!("http://localhost{path}"));
        curl.arg("--unix-socket").arg(self.socket());
        curl
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(&mut self.curl(path))
    }

    /// A curl that asks for `path` on the port.
    pub(crate) fn curl_port(&self, path: &str) -> Command {
        curl(&format!("{}{path}", self.told["url"].as_str().unwrap()))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it the regular way; everything it and those before it said.
    pub(crate) fn stop(mut self) -> String {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        let said = std::fs::read_to_string(&self.stderr).unwrap();
        assert_eq!(status.code(), Some(0), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        said
    }
}

impl Drop for Running {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn curl(url: &str) -> Command {
    let mut curl = Command::new("curl");
    // Nothing of a configuration of somebody's own, and the status behind the body.
    curl.args([
        "--disable",
        "--silent",
        "--show-error",
        "--max-time",
        "60",
        "--write-out",
        "\n%{http_code}",
        url,
    ]);
    curl.env_remove("http_proxy").env_remove("ALL_PROXY").stdin(Stdio::null());
    curl
}

pub(crate) fn answer(curl: &mut Command) -> Answer {
    let output = curl.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    Answer { status: status.parse().unwrap(), body: body.to_owned() }
}
