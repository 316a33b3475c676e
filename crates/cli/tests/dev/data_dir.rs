//! `--data-dir`: what is kept, and for whose eyes; without it nothing is left behind.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::http::Call;
use crate::process::{Dev, private_folder, refused};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn refresh(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

#[test]
fn keeps_everything_over_a_restart() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("new/folder");
    let start = || Dev::start(&[&"--data-dir", &folder]);
    let dev = start();
    let first = dev.client_credentials("bandcamp");
    let spotify = dev.client_credentials("spotify").member("access_token");
    dev.stop();

    let dev = start();
    assert_eq!(
        dev.send(&Call::get("/spotify/v1/artists/4Z8W4fKeB5YxbusRsdQVPb").bearer(&spotify)).status,
        200
    );
    let duplicate = dev.token("bandcamp", &[("grant_type", "client_credentials")]);
    assert_eq!(duplicate.member("error"), "duplicate_grant");
    let second = dev.token("bandcamp", &refresh(&first.member("refresh_token")));
    assert_eq!(second.status, 200, "{}", second.shown());
    let third = dev.token("bandcamp", &refresh(&second.member("refresh_token")));
    dev.stop();

    let dev = start();
    // Rotated away, and revoked by the replay.
    assert_eq!(
        dev.token("bandcamp", &refresh(&first.member("refresh_token"))).member("error"),
        "invalid_refresh"
    );
    dev.stop();
    let dev = start();
    assert_eq!(
        dev.token("bandcamp", &refresh(&third.member("refresh_token"))).member("error"),
        "invalid_refresh"
    );
    dev.stop();
}

#[test]
fn is_for_its_owner_alone() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("data");
    let dev = Dev::start(&[&"--data-dir", &folder]);
    dev.client_credentials("bandcamp");
    assert_eq!(mode(&folder), 0o700);
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.collect();
    for name in ["stagedoor.db", "stagedoor.db-wal", "stagedoor.db-shm", "stagedoor.key"] {
        assert!(files.contains(&folder.join(name)), "{name} is missing");
    }
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    dev.stop();
    // After a regular end everything is in the one database file.
    assert!(!folder.join("stagedoor.db-wal").exists());
}

/// No secret, token or password stands in the database, nor in the clear anywhere beside the key file.
#[test]
fn holds_nothing_that_opens_a_door() {
    let folder = private_folder();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    let bandcamp = dev.client_credentials("bandcamp");
    let again = dev.token("bandcamp", &refresh(&bandcamp.member("refresh_token")));
    let mut secrets = vec![dev.told["apis"]["spotify"]["user"]["password"].as_str().unwrap().to_owned()];
    for answer in [&bandcamp, &again] {
        secrets.extend([answer.member("access_token"), answer.member("refresh_token")]);
    }
    for api in ["bandcamp", "spotify", "spotify-ads", "soundcharts", "standard"] {
        secrets.push(dev.told(api, "client_secret").to_owned());
    }
    dev.stop();
    let database = std::fs::read(folder.path().join("stagedoor.db")).unwrap();
    for (at, secret) in secrets.iter().enumerate() {
        let found = database.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "secret {at} of {} stands in the database", secrets.len());
    }
}

#[test]
fn a_temporary_folder_goes_with_it() {
    let dev = Dev::start(&[]);
    dev.client_credentials("bandcamp");
    assert_eq!(dev.stop().left, Vec::<std::path::PathBuf>::new());
}

/// Nor does anybody else get to put theirs in place of it, or to read it.
#[test]
fn others_are_kept_out() {
    let folder = private_folder();
    let path = folder.path().display().to_string();
    let refused = || refused(&["--listen", "0", "--data-dir", &path]);
    for open in [0o777, 0o720, 0o1777] {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(open)).unwrap();
        let (code, stderr) = refused();
        assert!(code == Some(1) && stderr.contains(&format!("run chmod go-w {path}")), "{stderr}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was put there");
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    Dev::start(&[&"--data-dir", &path]).stop();
    let database = folder.path().join("stagedoor.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (code, stderr) = refused();
    assert!(code == Some(1) && stderr.contains(&format!("run chmod 600 {}", database.display())), "{stderr}");
}

/// The temporary one is as private, and there is none where another is named.
#[test]
fn a_temporary_folder() {
    let dev = Dev::start(&[]);
    let folders = dev.temporary_files();
    assert_eq!(folders.len(), 1);
    assert_eq!(mode(&folders[0]), 0o700);
    dev.stop();
    let folder = private_folder();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    assert_eq!(dev.temporary_files(), Vec::<std::path::PathBuf>::new());
    dev.stop();
}

/// Keys that are gone or were seen are not gone over in silence.
#[test]
fn the_key_file() {
    let folder = private_folder();
    Dev::start(&[&"--data-dir", &folder.path()]).stop();
    let (path, key) = (folder.path().display().to_string(), folder.path().join("stagedoor.key"));
    let refused = || refused(&["--listen", "127.0.0.1:0", "--data-dir", &path]);

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, stderr) = refused();
    assert!(code == Some(1) && stderr.contains("can be read by others; run chmod 600"), "{stderr}");
    let kept = std::fs::read(&key).unwrap();
    std::fs::write(&key, "nonsense").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (code, stderr) = refused();
    assert!(code == Some(1) && stderr.contains("the key file cannot be read"), "{stderr}");
    std::fs::remove_file(&key).unwrap();
    let (code, stderr) = refused();
    assert!(code == Some(1) && stderr.contains("is missing"), "{stderr}");

    std::fs::write(&key, kept).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    Dev::start(&[&"--data-dir", &folder.path()]).stop();
}
