//! `stagedoor status`.

use serde_json::Value;
use stagedoor_wire::Timestamp;

use crate::browser::in_browser;
use crate::home::Home;
use crate::process::Dev;

#[test]
fn what_there_is() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let empty = home.ok(&["status"]);
    assert!(empty.contains("There is no credential yet"), "{empty}");
    home.log_in(&dev, "soundcharts");
    assert_eq!(in_browser(&home, &dev, "spotify", "user-read-email").code, 0);
    let text = home.ok(&["status"]);
    for part in [
        "soundcharts  Soundcharts API, for the app itself",
        "spotify  Spotify Web API, for the person who allowed it in a browser",
        "scopes         user-read-email",
        "lives until",
        "sign in again by",
        "the key is in the file key.json",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    let json: Value = serde_json::from_str(&home.ok(&["status", "--json"])).unwrap();
    assert_eq!(json["vault"]["key"], "file");
    let spotify = &json["credentials"][1];
    assert_eq!((&spotify["name"], &spotify["flow"]), (&"spotify".into(), &"authorization_code".into()));
    assert_eq!(spotify["scopes"], serde_json::json!(["user-read-email"]));
    let days = spotify["refresh_token"]["days_left"].as_i64().unwrap();
    assert!((179..=184).contains(&days), "{days}");
    assert_eq!(home.run(&["status", "nobody"]).code, 3);
}

/// Counted down, and the exit code for cron.
#[test]
fn a_sign_in_that_falls_due() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    assert_eq!(in_browser(&home, &dev, "spotify", "user-read-email").code, 0);
    let signed_in_days_ago = |days: i64| {
        home.change("spotify", |credential| {
            let received = credential.refresh.as_ref().unwrap().received;
            credential.refresh.as_mut().unwrap().authorized = Timestamp(received.0 - days * 86_400_000);
        });
    };
    let cases: [(i64, i32, &[&str]); 6] = [
        (0, 0, &[]),
        (150, 0, &[]),
        (150, 3, &["--within", "60"]),
        (178, 3, &[]),
        (178, 0, &["--within", "0"]),
        (200, 3, &["--within", "0"]),
    ];
    for (days, code, arguments) in cases {
        signed_in_days_ago(days);
        let done = home.run(&[&["status", "spotify"], arguments].concat());
        assert_eq!(done.code, code, "{days} days, {arguments:?}: {}", done.stdout);
    }
    signed_in_days_ago(178);
    let renewed = home.run(&["token", "spotify", "--min-ttl", "3600"]);
    assert_eq!(renewed.code, 0, "{}", renewed.stderr);
    assert!(renewed.stderr.contains("has to sign in again by"), "{}", renewed.stderr);
}

#[test]
fn a_damaged_vault() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    home.log_in(&dev, "standard");
    let file = home.vault_folder().join("credentials/spotify.credential");
    std::fs::write(&file, b"stagedor").unwrap();
    let done = home.run(&["status"]);
    assert_eq!(done.code, 6);
    assert!(
        done.stdout.contains("is damaged") && done.stdout.contains("standard  Standard API"),
        "{}",
        done.stdout
    );
    // It can be signed in anew.
    home.log_in(&dev, "spotify");
    assert_eq!(home.run(&["status"]).code, 0);
    let mode = |mode: u32| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o644);
    let open = home.run(&["token", "spotify"]);
    assert!(open.code == 6 && open.stderr.contains("chmod 600"), "{}", open.stderr);
    mode(0o600);
    assert_eq!(home.run(&["token", "spotify"]).code, 0);
}
