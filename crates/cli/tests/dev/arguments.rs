//! What it does not start with, and the sentence that says so.

use std::net::TcpListener;

use crate::process::{Dev, refused};

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
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(stderr.contains("--help"), "{stderr}");
    }
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
    let folder = tempfile::TempDir::new().unwrap();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    let path = folder.path().display().to_string();
    let (code, stderr) = refused(&["--listen", "127.0.0.1:0", "--data-dir", &path]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("is in use by another stagedoor"), "{stderr}");
    dev.client_credentials("standard");
    dev.stop();
    Dev::start(&[&"--data-dir", &folder.path()]).stop();
}
