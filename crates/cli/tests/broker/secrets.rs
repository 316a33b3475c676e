//! No secret in what the broker says, logs, counts or leaves on disk, nor in a process list, whatever the umask.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::home::Home;
use crate::process::Dev;
use crate::running::{Running, answer};

#[test]
fn nowhere_to_be_seen() {
    let (dev, home) = (Dev::start(&[&"--unlimited"]), Home::new());
    home.log_in(&dev, "bandcamp");
    let mut secrets = BTreeSet::from([dev.told("bandcamp", "client_secret").to_owned()]);
    let mut gather = || {
        let credential = home.credential("bandcamp");
        secrets.insert(credential.access.unwrap().token.expose().to_owned());
        secrets.insert(credential.refresh.unwrap().token.expose().to_owned());
    };
    gather();
    let broker = Running::launch(&home, &mut loudly(&home, &["broker", "--json", "--listen", "127.0.0.1:0"]));
    let key = home.ok(&["broker", "key", "add", "player"]).trim_end().to_owned();
    let header = home.path().join("key.header");
    fs::write(&header, format!("X-Stagedoor-Key: {key}\n")).unwrap();
    let mut said = vec![broker.told.to_string()];
    dev.send(&crate::http::Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 3601}"#));
    for path in ["/bandcamp/api/x", "/nobody/x", "/_broker/status", "/_broker/metrics", "/bandcamp/../x"] {
        said.push(broker.get(path).body);
    }
    let mut by_port = broker.curl_port("/bandcamp/api/x");
    said.push(answer(by_port.arg("--header").arg(format!("@{}", header.display()))).body);
    said.push(processes());
    gather();
    assert_eq!(modes(&home.path().join("runtime")), ["broker.sock 600", "broker.sock.lock 600"]);
    said.push(broker.stop());
    assert!(said.iter().any(|text| text.contains("TRACE")), "the log is as loud as it can be");
    assert!(secrets.len() >= 5, "it was renewed");

    secrets.insert(key);
    // Made by this test.
    fs::remove_file(header).unwrap();
    for (path, bytes) in files(&home.vault_folder()) {
        said.push(format!("{path} {}", String::from_utf8_lossy(&bytes)));
    }
    for (at, text) in said.iter().enumerate() {
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "a secret is in text {at}: {text:.80}");
    }
    for file in modes(&home.vault_folder()) {
        assert!(file.ends_with(" 600") || file.ends_with(" 700"), "{file}");
    }
    dev.stop();
}

/// The command as whoever has set no umask at all runs it, with all logs there are.
fn loudly(home: &Home, arguments: &[&str]) -> Command {
    let plain = home.command(&[""; 0]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(arguments);
    shell.env_clear().stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.env("STAGEDOOR_LOG", "trace").env("RUST_BACKTRACE", "1");
    shell
}

/// Every process' command line and environment that can be read.
fn processes() -> String {
    let mut seen = String::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        if let Ok(line) = fs::read(entry.path().join("cmdline")) {
            seen.push_str(&String::from_utf8_lossy(&line));
            seen.push('\n');
        }
    }
    assert!(seen.contains("broker"), "the broker's own is among them");
    seen
}

fn modes(folder: &Path) -> Vec<String> {
    let mut modes: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            format!("{} {mode:o}", entry.file_name().to_string_lossy())
        })
        .collect();
    modes.sort();
    modes
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap()));
        }
    }
    found
}
