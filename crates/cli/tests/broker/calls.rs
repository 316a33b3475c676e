//! Calls through the broker.

use std::process::Stdio;

use crate::home::Home;
use crate::process::Dev;
use crate::running::{Running, answer};

const ARTIST: &str = "/spotify/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";

#[test]
fn on_the_socket_and_on_the_port() {
    let (dev, home) = (Dev::start(&[&"--unlimited"]), Home::new());
    home.log_in(&dev, "spotify");
    home.log_in(&dev, "soundcharts");
    let broker = Running::start(&home, &["--listen", "127.0.0.1:0", "--allow", "soundcharts:GET:/api/v2"]);
    let artist = broker.get(ARTIST);
    assert_eq!((artist.status, artist.json()["id"].as_str()), (200, Some("4Z8W4fKeB5YxbusRsdQVPb")));
    assert_eq!(broker.get("/soundcharts/oauth/token").json()["error"], "not_allowed");

    let token = broker.get("/_broker/token/spotify");
    assert_eq!(token.body, home.ok(&["token", "spotify"]).trim_end());
    let status = broker.get("/_broker/status").json();
    assert_eq!(status["credentials"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&status["credentials"][1]["name"], &status["pid"]),
        (&"spotify".into(), &broker.pid().into())
    );

    let key = home.ok(&["broker", "key", "add", "player", "--for", "spotify"]);
    let header = home.path().join("key.header");
    std::fs::write(&header, format!("X-Stagedoor-Key: {key}")).unwrap();
    let with_key =
        |path: &str| answer(broker.curl_port(path).arg("--header").arg(format!("@{}", header.display())));
    assert_eq!(answer(&mut broker.curl_port(ARTIST)).json()["error"], "key_missing");
    assert_eq!(with_key(ARTIST).status, 200);
    assert_eq!(with_key("/soundcharts/api/v2/x").json()["error"], "key_not_for_this");
    assert_eq!(with_key("/_broker/token/spotify").json()["error"], "socket_only");
    assert!(home.ok(&["broker", "key", "list"]).starts_with("player  for spotify, since "));
    home.ok(&["broker", "key", "remove", "player"]);
    assert_eq!(with_key(ARTIST).json()["error"], "key_unknown");
    assert_eq!(home.run(&["broker", "key", "remove", "player"]).code, 1);

    let socket = broker.socket().to_owned();
    assert_eq!(broker.stop(), "");
    assert!(!socket.exists());
    dev.stop();
}

/// The provider's clock says that the token has ended, ours that it lives.
#[test]
fn renewed_once_when_the_provider_refuses_a_token() {
    let (dev, home) = (Dev::start(&[&"--unlimited"]), Home::new());
    home.log_in(&dev, "spotify");
    let broker = Running::start(&home, &[]);
    let before = broker.get("/_broker/token/spotify").body;
    dev.send(&crate::http::Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 3601}"#));
    let curls: Vec<_> =
        (0..20).map(|_| broker.curl(ARTIST).stdout(Stdio::piped()).spawn().unwrap()).collect();
    for curl in curls {
        let output = curl.wait_with_output().unwrap();
        assert!(output.stdout.ends_with(b"\n200"), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let after = broker.get("/_broker/token/spotify").body;
    assert_ne!(before, after);
    let metrics = broker.get("/_broker/metrics").body;
    assert!(metrics.contains("stagedoor_broker_renewals_total{credential=\"spotify\"} 1\n"), "{metrics}");
    broker.stop();
    dev.stop();
}
