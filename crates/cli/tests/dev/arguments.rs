//! What it does not start with, and the sentence that says so.

use std::net::TcpListener;

use crate::process::{Dev, command, private_folder, refused};

#[test]
fn loopback_only() {
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0", "[2001:db8::1]:1"] {
        let (code, stderr) = refused(&["--listen", address]);
        assert_eq!(code, Some(1), "{address}");
        assert!(stderr.starts_with("stagedoor: dev listens on loopback only"), "{stderr}");
        assert!(stderr.contains("use --listen 127.0.0.1:"), "{stderr}");
    }
}

#[test]
fn a_port_that_is_taken() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let (code, stderr) = refused(&["--listen", &address]);
    assert_eq!(code, Some(1));
    let sentence = format!(
        "stagedoor: cannot listen on {address}: is it taken? --listen 127.0.0.1:0 takes any free port"
    );
    assert!(stderr.starts_with(&sentence), "{stderr}");
}

#[test]
fn nonsense() {
    for arguments in
        [&["--listen", "localhost"][..], &["--listen", "127.0.0.1"], &["--port", "1"], &["extra"]]
    {
        let (code, stderr) = refused(arguments);
        if arguments[0] == "--listen" {
            assert!(stderr.contains("give a port, 127.0.0.1:PORT, [::1]:PORT or localhost:PORT"), "{stderr}");
        }
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(stderr.contains("--help"), "{stderr}");
    }
}

/// Told apart from nonsense by what it fails with: the port is taken.
#[test]
fn a_bare_port() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    for text in [port.to_string(), format!("localhost:{port}")] {
        let (code, stderr) = refused(&["--listen", &text]);
        assert_eq!(code, Some(1), "{text}");
        assert!(stderr.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{stderr}");
    }
}

#[test]
fn a_level_that_is_none() {
    let run = command().args(["--listen", "0"]).env("STAGEDOOR_LOG", "stagedoor=loud").output().unwrap();
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.code() == Some(1) && stderr.contains("STAGEDOOR_LOG is"), "{stderr}");
    let help = command().arg("--help").output().unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("STAGEDOOR_LOG"));
}

/// A file and a pipe get no colours.
#[test]
fn a_log_is_plain_text() {
    let dev = Dev::start_in(&[], &[("STAGEDOOR_LOG", "debug")]);
    assert_eq!(dev.token("standard", &[("grant_type", "nonsense")]).status, 400);
    let end = dev.stop();
    assert!(end.stderr.contains("token request refused") && !end.stderr.contains('\x1b'), "{}", end.stderr);
}

#[test]
fn a_folder_that_cannot_be() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().join("data").display().to_string();
    let (code, stderr) = refused(&["--listen", "127.0.0.1:0", "--data-dir", &path]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("cannot make the folder {path}")), "{stderr}");
}

/// Two on one folder would not hear of each other's revocations.
#[test]
fn a_folder_that_is_in_use() {
    let folder = private_folder();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    let path = folder.path().display().to_string();
    let (code, stderr) = refused(&["--listen", "127.0.0.1:0", "--data-dir", &path]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("is in use by another stagedoor"), "{stderr}");
    dev.client_credentials("standard");
    dev.stop();
    Dev::start(&[&"--data-dir", &folder.path()]).stop();
}
