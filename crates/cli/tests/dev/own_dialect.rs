//! `--dialect FILE`: a provider by data alone, through the binary.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::http::Call;
use crate::process::{Dev, refused};

/// The made-up provider of the server's tests.
fn jukebox() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/http/jukebox.toml")
}

#[test]
fn is_served() {
    let dev = Dev::start(&[&"--dialect", &jukebox()]);
    assert!(dev.told("jukebox", "token_url").ends_with("/jukebox/v1/coins"));
    let answer = dev.client_credentials("jukebox");
    let names: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["ok", "scope", "token_type", "expires_in", "refresh_token", "access_token"]);
    let whoami = |call: Call| dev.send(&call);
    let called = whoami(Call::get("/jukebox/whoami").bearer(&answer.member("access_token")));
    assert_eq!((called.status, called.member("app")), (200, dev.told("jukebox", "client_id").to_owned()));
    assert_eq!(called.header("x-records-left"), "7");
    let missing = whoami(Call::get("/jukebox/whoami"));
    assert_eq!((missing.status, missing.text()), (200, r#"{"error":true,"error_message":"Insert coin"}"#));
    // Beside the others.
    dev.client_credentials("spotify");
    dev.stop();
}

#[test]
fn mistakes_are_named() {
    let folder = TempDir::new().unwrap();
    let good = std::fs::read_to_string(jukebox()).unwrap();
    let file = folder.path().join("mine.toml");
    let refused_with = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let (code, stderr) = refused(&["--listen", "127.0.0.1:0", "--dialect", file.to_str().unwrap()]);
        assert_eq!(code, Some(1), "{stderr}");
        stderr
    };
    let misspelled = refused_with(&good.replace("code_seconds", "code_secs"));
    for part in ["mine.toml", "code_secs", "code_seconds"] {
        assert!(misspelled.contains(part), "{part}: {misspelled}");
    }
    let line = 1 + good.lines().position(|line| line.starts_with("code_seconds")).unwrap();
    assert!(misspelled.contains(&line.to_string()), "{misspelled}");

    let contradiction = refused_with(&good.replace("rotation = \"kept\"", "rotation = \"rotated\""));
    assert!(contradiction.contains("served again"), "{contradiction}");
    let taken = refused_with(&good.replace("name = \"jukebox\"", "name = \"spotify\""));
    assert!(taken.contains("there is a dialect named spotify already"), "{taken}");
    let (code, stderr) = refused(&["--listen", "127.0.0.1:0", "--dialect", "/nowhere/mine.toml"]);
    assert!(code == Some(1) && stderr.contains("cannot read /nowhere/mine.toml"), "{stderr}");
}
