//! `POST /_dev/clock` and `POST /_dev/reset`: for programs and pages of this machine alone.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::http::{Answer, Call};
use crate::process::{Dev, private_folder};

fn clock(body: &str) -> Call {
    Call::new("POST", "/_dev/clock").body(body)
}

fn reset() -> Call {
    Call::new("POST", "/_dev/reset")
}

fn now(answer: &Answer) -> i64 {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json"),
        "{}",
        answer.shown()
    );
    answer.json()["now_seconds"].as_i64().unwrap()
}

#[test]
fn the_clock_moves_the_whole_process() {
    let dev = Dev::start(&[]);
    let start = now(&dev.send(&clock(r#"{"advance_seconds": 0}"#)));
    let token = dev.client_credentials("standard").member("access_token");
    let whoami = || dev.send(&Call::get("/standard/whoami").bearer(&token));
    assert_eq!(whoami().status, 200);
    let later = now(&dev.send(&clock(r#"{"advance_seconds": 3600}"#)));
    assert!(later - start >= 3600, "{start} {later}");
    assert_eq!(whoami().status, 401);
    // And back.
    dev.send(&clock(r#"{"advance_seconds": -3600}"#));
    assert_eq!(whoami().status, 200);
    for body in [
        "",
        "{}",
        "[]",
        "advance_seconds=1",
        r#"{"advance_seconds": "1"}"#,
        r#"{"advance_seconds": 1.5}"#,
        r#"{"advance_seconds": 99999999999999999999}"#,
        r#"{"advance_seconds": 9223372036854775807}"#,
        r#"{"advance_seconds": 1, "more": 1}"#,
    ] {
        let answer = dev.send(&clock(body));
        assert_eq!((answer.status, answer.json()["error"].is_string()), (400, true), "{body}");
    }
    assert_eq!(whoami().status, 200);
    dev.stop();
}

/// Two hundred years either way, and further is refused rather than stopping short.
#[test]
fn the_clock_has_an_end() {
    let dev = Dev::start(&[]);
    let century = 100 * 366 * 24 * 3600;
    for direction in [1, -1] {
        let by =
            |seconds: i64| dev.send(&clock(&format!(r#"{{"advance_seconds": {}}}"#, direction * seconds)));
        let start = now(&by(0));
        assert_eq!(by(century + 1).status, 400);
        by(century);
        let end = now(&by(century));
        assert!((end - start - direction * 2 * century).abs() < 3600);
        let refused = by(1);
        assert_eq!(refused.status, 400);
        assert!(refused.member("error").contains("was not moved: 200 years"), "{}", refused.shown());
        assert!((now(&by(0)) - end).abs() < 3600, "nor is it");
        dev.send(&reset());
    }
    dev.stop();
}

#[test]
fn reset_starts_anew() {
    let dev = Dev::start(&[]);
    let start = now(&dev.send(&clock(r#"{"advance_seconds": 0}"#)));
    let before = dev.client_credentials("standard").member("access_token");
    dev.send(&clock(r#"{"advance_seconds": 31536000}"#));
    let later = dev.client_credentials("standard").member("access_token");
    let bandcamp = dev.client_credentials("bandcamp");
    let back = now(&dev.send(&reset()));
    assert!(back - start < 31_536_000, "the clock is back");

    for token in [before, later] {
        assert_eq!(dev.send(&Call::get("/standard/whoami").bearer(&token)).status, 401);
    }
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &bandcamp.member("refresh_token"))];
    assert_eq!(dev.token("bandcamp", &refresh).member("error"), "invalid_refresh");
    // Same port, same credentials, and no grant stands in the way.
    for api in ["bandcamp", "spotify", "soundcharts", "standard"] {
        dev.client_credentials(api);
    }
    // Once more, and again at once.
    assert_eq!((dev.send(&reset()).status, dev.send(&reset()).status), (200, 200));
    dev.client_credentials("bandcamp");
    let end = dev.stop();
    assert_eq!(end.left.len(), 0);
}

/// Where a folder is kept, it holds the new state from then on.
#[test]
fn reset_of_a_kept_folder() {
    let folder = private_folder();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    dev.client_credentials("bandcamp");
    dev.send(&reset());
    let token = dev.client_credentials("bandcamp").member("refresh_token");
    dev.stop();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &token)];
    assert_eq!(dev.token("bandcamp", &refresh).status, 200);
    dev.stop();
}

/// Whoever asks meanwhile waits for the new state and gets an answer.
#[test]
fn reset_under_load() {
    let dev = Dev::start(&[&"--unlimited"]);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for api in ["bandcamp", "spotify", "standard"] {
            let (dev, over) = (&dev, &over);
            scope.spawn(move || {
                let mut connection = dev.connect();
                let call = dev.token_call(api, &[("grant_type", "client_credentials")]);
                while !over.load(Ordering::Relaxed) {
                    let answer = connection.send(&call).unwrap();
                    assert!(matches!(answer.status, 200 | 401), "{api}: {}", answer.shown());
                    if answer.status == 401 {
                        assert_eq!(answer.member("error"), "duplicate_grant");
                    }
                }
            });
        }
        for _ in 0..5 {
            assert_eq!(dev.send(&reset()).status, 200);
        }
        over.store(true, Ordering::Relaxed);
    });
    dev.send(&reset());
    for api in ["bandcamp", "spotify", "standard"] {
        dev.client_credentials(api);
    }
    dev.stop();
}

/// Neither a page of another site nor one whose name was made to point here (DNS rebinding) may do it.
#[test]
fn refusals() {
    let dev = Dev::start(&[]);
    let token = dev.client_credentials("standard").member("access_token");
    let elsewhere = [
        ("host", "evil.example"),
        ("host", "evil.example:8080"),
        ("host", "127.0.0.1.evil.example"),
        ("host", "localhost.evil.example"),
        ("host", "192.0.2.1"),
        ("host", ""),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        // Of this machine, and another server's.
        ("origin", "http://127.0.0.1:3000"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (name, value) in elsewhere {
        for call in [clock(r#"{"advance_seconds": 3600}"#), reset()] {
            let answer = dev.send(&call.header(name, value));
            assert_eq!(answer.status, 403, "{name}: {value}");
            assert!(answer.json()["error"].is_string());
        }
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        for path in ["/_dev/reset", "/_dev/clock"] {
            let answer = dev.send(&Call::new(method, path));
            assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method} {path}");
        }
    }
    for path in ["/_dev/", "/_dev/other", "/_dev/reset/", "/_dev/clock/x"] {
        assert_eq!(dev.send(&Call::new("POST", path)).status, 404, "{path}");
    }
    // None of it did anything.
    assert_eq!(dev.send(&Call::get("/standard/whoami").bearer(&token)).status, 200);
    // Other names of this machine are its own.
    let host = dev.address.to_string();
    let own = format!("http://{host}");
    for headers in [
        [("host", "localhost:1"), ("x", "")],
        [("host", "[::1]:1"), ("x", "")],
        [("host", &host), ("origin", &own)],
    ] {
        let call = headers
            .iter()
            .fold(clock(r#"{"advance_seconds": 0}"#), |call, (name, value)| call.header(name, value));
        assert_eq!(dev.send(&call).status, 200, "{headers:?}");
    }
    dev.stop();
}
