//! A person's machine: a vault of its own, and commands that are run on it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use stagedoor_client::{Credential, CredentialName, Vault};
use tempfile::TempDir;

use crate::process::Server;

pub(crate) struct Home {
    folder: TempDir,
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// The vault's folder, which the first command makes.
    pub(crate) fn vault_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("vault")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command with an environment of its own: no browser to open, and an hour that is the same everywhere.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let built = env!("CARGO_BIN_EXE_stagedoor");
        let mut command = Command::new(std::env::var_os("STAGEDOOR").unwrap_or(built.into()));
        command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.folder.path()).env("STAGEDOOR_HOME", self.vault_folder()).env("TZ", "UTC");
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdin(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        done(self.command(arguments).spawn().unwrap())
    }

    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Done {
        let mut child = self.start(arguments);
        // Who needs no stdin may be gone already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        done(child)
    }

    /// Runs what has to succeed, and gives its stdout.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
        done.stdout
    }

    /// Signs the demo app of `api` in as itself; `base` stands before its paths.
    pub(crate) fn log_in_at(&self, server: &Server, api: &str, base: &str) -> Done {
        let base = format!("{base}/{api}");
        let arguments = [
            "login",
            api,
            "--client-id",
            server.told(api, "client_id"),
            "--client-secret-file",
            "-",
            "--base-url",
            &base,
        ];
        self.run_with(&arguments, server.told(api, "client_secret"))
    }

    pub(crate) fn log_in(&self, server: &Server, api: &str) {
        let done = self.log_in_at(server, api, server.told["url"].as_str().unwrap());
        assert_eq!(done.code, 0, "{}", done.stderr);
    }

    pub(crate) fn status(&self, name: &str) -> Value {
        let done = self.run(&["status", name, "--json"]);
        let status: Value = serde_json::from_str(&done.stdout).unwrap();
        status["credentials"][0].clone()
    }

    pub(crate) fn credential(&self, name: &str) -> Credential {
        let vault = Vault::open(&self.vault_folder()).unwrap();
        vault.read(&CredentialName::new(name).unwrap()).unwrap().unwrap()
    }

    /// Changes what is stored, as if something had happened: time, for example.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut Credential)) {
        let vault = Vault::open(&self.vault_folder()).unwrap();
        let locked = vault.lock(&CredentialName::new(name).unwrap()).unwrap();
        let mut credential = locked.read().unwrap().unwrap();
        change(&mut credential);
        locked.write(&credential).unwrap();
    }

    /// Lets the access token have ended.
    pub(crate) fn expire(&self, name: &str) {
        self.change(name, |credential| {
            let access = credential.access.as_mut().unwrap();
            access.since.boot_millis = access.since.boot_millis.saturating_sub(7_200_000);
            access.since.wall_millis -= 7_200_000;
            // On a machine that has just started, the boot clock has no two hours to go back.
            access.since.boot = 0;
            access.date = None;
        });
    }
}

pub(crate) fn done(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let done = Done {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    done
}
