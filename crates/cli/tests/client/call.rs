//! `stagedoor call`.

use serde_json::Value;

use crate::browser::in_browser;
use crate::home::Home;
use crate::http::Call;
use crate::process::Dev;

const ARTIST: &str = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";

#[test]
fn the_body_byte_for_byte() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let token = home.ok(&["token", "spotify"]);
    let direct = dev.send(&Call::get(&format!("/spotify{ARTIST}")).bearer(token.trim()));
    assert_eq!(home.ok(&["call", "spotify", ARTIST]), direct.text());
    // By its whole address too.
    let address = format!("{}{ARTIST}", dev.told("spotify", "base_url"));
    assert_eq!(home.ok(&["call", "spotify", "get", &address]), direct.text());
    let included = home.ok(&["call", "spotify", ARTIST, "--include"]);
    let (head, body) = included.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("content-type: application/json"),
        "{head}"
    );
    assert_eq!(body, direct.text());
}

#[test]
fn with_query_fields_and_data() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "bandcamp");
    home.log_in(&dev, "spotify");
    let found =
        home.ok(&["call", "spotify", "/v1/search", "--query", "q=radio & head", "--query", "type=artist"]);
    assert!(found.contains("query=radio+%26+head"), "{found}");
    let bands = home.ok(&["call", "bandcamp", "POST", "/api/account/1/my_bands"]);
    let bands: Value = serde_json::from_str(&bands).unwrap();
    let band = bands["bands"][0]["band_id"].as_u64().unwrap();
    let field = format!("band_id:={band}");
    let report =
        ["call", "bandcamp", "/api/sales/4/sales_report", "-f", &field, "-f", "start_time=2020-01-01"];
    let by_fields = home.ok(&report);
    assert!(by_fields.contains("report"), "{by_fields}");
    let data = format!(r#"{{"band_id":{band},"start_time":"2020-01-01"}}"#);
    std::fs::write(home.path().join("data.json"), &data).unwrap();
    assert_eq!(home.ok(&["call", "bandcamp", "/api/sales/4/sales_report", "--data", &data]), by_fields);
    assert_eq!(home.ok(&["call", "bandcamp", "/api/sales/4/sales_report", "-d", "@data.json"]), by_fields);
    assert_eq!(
        home.run_with(&["call", "bandcamp", "/api/sales/4/sales_report", "-d", "-"], &data).stdout,
        by_fields
    );
}

/// The body on stdout, the provider's words on stderr, and an exit code that tells.
#[test]
fn refusals() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    home.log_in(&dev, "bandcamp");
    let fault = |fault: &str| format!("X-Stagedoor-Fault: {fault}");
    let cases: [(&[&str], i32, &str, &str); 5] = [
        (
            &["spotify", "/v1/artists/0000000000000000000000"],
            1,
            "Spotify Web API answered 404",
            "\"status\": 404",
        ),
        (&["spotify", "/v1/me"], 3, "Valid user authentication required", "\"status\": 401"),
        (
            &["spotify", ARTIST, "-H", &fault("500")],
            5,
            "answered 500: The server failed",
            "The server failed",
        ),
        (&["spotify", ARTIST, "-H", &fault("html")], 5, "answered 502: Bad Gateway", "<!DOCTYPE html>"),
        (
            &["bandcamp", "/api/sales/4/sales_report", "-d", "{}"],
            1,
            "Bandcamp API answered",
            "\"error\":true",
        ),
    ];
    for (arguments, code, words, body) in cases {
        let done = home.run(&[&["call"], arguments].concat());
        assert_eq!(done.code, code, "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
        assert!(done.stdout.contains(body), "{body}: {}", done.stdout);
    }
    // Not one byte goes anywhere else.
    for address in ["https://evil.example/v1/me", "//evil.example/", "v1/me", "/../bandcamp/x"] {
        let done = home.run(&["call", "spotify", address]);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{address}: {}", done.stderr);
    }
    assert_eq!(home.run(&["call", "spotify", ARTIST, "-H", "Authorization: Bearer x"]).code, 2);
}

#[test]
fn next_pages() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let path = "/v1/search?q=a&type=artist&limit=1";
    let one: Value = serde_json::from_str(&home.ok(&["call", "spotify", path])).unwrap();
    let total = one["artists"]["total"].as_u64().unwrap();
    assert!(total > 2, "{total}");
    let all = home.ok(&["call", "spotify", path, "--paginate"]);
    let pages: Vec<Value> =
        serde_json::Deserializer::from_str(&all).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(pages.len() as u64, total);
    let ids: std::collections::BTreeSet<&str> =
        pages.iter().map(|page| page["artists"]["items"][0]["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len() as u64, total, "no page twice");
}

/// The API no longer takes the token although it should live: it is renewed once, and the caller sees nothing of it.
#[test]
fn a_token_that_was_revoked() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "bandcamp");
    let before = home.ok(&["token", "bandcamp"]);
    dev.send(&Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 3601}"#));
    assert!(home.ok(&["call", "bandcamp", "POST", "/api/account/1/my_bands"]).contains("bands"));
    assert_ne!(home.ok(&["token", "bandcamp"]), before);
}

/// A pause longer than the caller's patience is told at once, with the time it ends, and the next process knows it.
#[test]
fn a_day_of_waiting() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let told = home.run(&["call", "spotify", ARTIST, "-H", "X-Stagedoor-Fault: 429;retry-after=86400"]);
    assert_eq!((told.code, told.stdout.as_str()), (4, ""), "{}", told.stderr);
    for part in ["API rate limit exceeded", "too many requests until ", "(for 24 h)"] {
        // A moment may have passed.
        let part =
            if told.stderr.contains("23 h 59 min") { &part.replace("24 h", "23 h 59 min") } else { part };
        assert!(told.stderr.contains(part), "{part}: {}", told.stderr);
    }
    let next = home.run(&["call", "spotify", ARTIST]);
    assert_eq!((next.code, next.stdout.as_str()), (4, ""), "{}", next.stderr);
    assert!(next.stderr.contains("wants no calls of this app"), "{}", next.stderr);
    // Tokens are another matter.
    assert_eq!(home.run(&["token", "spotify"]).code, 0);
    let status = home.run(&["status", "spotify", "--json"]);
    assert_eq!(status.code, 4);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["credentials"][0]["cool_downs"][0]["why"], "rate");
}

/// A short pause is waited for.
#[test]
fn a_second_of_waiting() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let fault = "X-Stagedoor-Fault: 429;retry-after=1";
    assert_eq!(home.run(&["call", "spotify", ARTIST, "-H", fault, "--max-wait", "0"]).code, 4);
    let after = home.run(&["call", "spotify", ARTIST, "--max-wait", "10"]);
    assert_eq!(after.code, 0, "{}", after.stderr);
}

/// Spotify's refresh tokens end half a year after somebody signed in.
#[test]
fn half_a_year_later() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    assert_eq!(in_browser(&home, &dev, "spotify", "user-read-email").code, 0);
    assert!(home.ok(&["call", "spotify", "/v1/me"]).contains("fan@example.com"));
    dev.send(&Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 16100000}"#));
    let done = home.run(&["call", "spotify", "/v1/me"]);
    assert_eq!(done.code, 3, "{}", done.stderr);
    for part in ["Refresh token revoked", "stagedoor login spotify"] {
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
    // Set aside, not deleted.
    assert_eq!(home.credential("spotify").set_aside.len(), 1);
    let status = home.run(&["status", "spotify"]);
    assert!(status.stdout.contains("stagedoor login spotify"), "{}", status.stdout);
}
