//! The one line of JSON, and what it promises.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::http::{Answer, Call, encode};
use crate::process::{Dev, command};
use crate::session::CHALLENGE;

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn all_are_strings(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty() && items.iter().all(all_are_strings),
        Value::Object(members) => members.values().all(all_are_strings),
        _ => false,
    }
}

#[test]
fn holds_what_programs_need() {
    let dev = Dev::start(&[]);
    assert_eq!(members(&dev.told), ["admin", "apis", "dashboard", "url"].into());
    let dashboard = &dev.told["dashboard"];
    assert_eq!(members(dashboard), ["admin", "developer", "url", "user"].into());
    for person in ["admin", "developer", "user"] {
        assert_eq!(members(&dashboard[person]), ["email", "password"].into());
    }
    let client = ["base_url", "token_url", "client_id", "client_secret"];
    let people = ["authorize_url", "redirect_uris", "user"];
    let rfcs = ["device_authorization_url", "revocation_url", "introspection_url", "metadata_url"];
    let with = |more: &[&'static str]| client.iter().chain(more).copied().collect::<BTreeSet<_>>();
    let expected = [
        ("bandcamp", with(&[])),
        ("spotify", with(&[&people[..], &["pkce_client_id"]].concat())),
        ("spotify-ads", with(&[&people[..], &["unlisted_client_id", "unlisted_client_secret"]].concat())),
        ("soundcharts", with(&["teams", "foreign_team_id", "legacy"])),
        ("standard", with(&[&people[..], &["pkce_client_id"], &rfcs[..]].concat())),
    ];
    for (api, expected) in expected {
        assert_eq!(members(&dev.told["apis"][api]), expected, "{api}");
        let base = format!("{}/{api}", dev.told["url"].as_str().unwrap());
        assert_eq!(dev.told(api, "base_url"), base);
        assert!(dev.told(api, "token_url").starts_with(&base));
    }
    assert!(all_are_strings(&dev.told), "a value is no text");
    assert_eq!(members(&dev.told["apis"]["soundcharts"]["teams"][0]), ["id", "name"].into());
    assert_eq!(members(&dev.told["apis"]["soundcharts"]["legacy"]), ["api_key", "app_id"].into());
    assert_eq!(members(&dev.told["apis"]["spotify"]["user"]), ["email", "password"].into());
    assert_eq!(dev.told["apis"]["spotify"]["redirect_uris"][0], "http://127.0.0.1:3000");
    assert_eq!(dev.told["apis"]["spotify-ads"]["redirect_uris"][0], "http://localhost:8888/callback");
    // That line and nothing else.
    assert_eq!(dev.stop().stdout, "");
}

#[test]
fn its_credentials_work() {
    let dev = Dev::start(&[]);
    for (api, path) in [
        ("spotify", "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb"),
        ("soundcharts", "/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396"),
        ("standard", "/whoami"),
    ] {
        let token = dev.client_credentials(api).member("access_token");
        let answer = dev.send(&Call::get(&format!("/{api}{path}")).bearer(&token));
        assert_eq!(answer.status, 200, "{api}: {}", answer.shown());
    }
    let token = dev.client_credentials("bandcamp").member("access_token");
    let bands = dev.send(&Call::new("POST", "/bandcamp/api/account/1/my_bands").bearer(&token));
    assert_eq!(bands.status, 200, "{}", bands.shown());

    let soundcharts = &dev.told["apis"]["soundcharts"];
    let grant = ("grant_type", "client_credentials");
    let team = |id: &Value| dev.token("soundcharts", &[grant, ("team_id", id.as_str().unwrap())]).status;
    assert_eq!(team(&soundcharts["teams"][0]["id"]), 200);
    assert_eq!(team(&soundcharts["teams"][0]["name"]), 200);
    assert_eq!(team(&soundcharts["foreign_team_id"]), 403);
    let legacy = Call::get("/soundcharts/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396")
        .header("x-app-id", soundcharts["legacy"]["app_id"].as_str().unwrap())
        .header("x-api-key", soundcharts["legacy"]["api_key"].as_str().unwrap());
    assert_eq!(dev.send(&legacy).status, 200);
    dev.stop();
}

/// Every redirect URI is registered for every client of its API, and every one of them finds the sign-in page.
#[test]
fn its_redirect_uris_are_registered() {
    let dev = Dev::start(&[]);
    for api in ["spotify", "spotify-ads", "standard"] {
        let told = &dev.told["apis"][api];
        let clients = ["client_id", "pkce_client_id", "unlisted_client_id"];
        for client in clients.iter().filter_map(|name| told[name].as_str()) {
            for uri in told["redirect_uris"].as_array().unwrap() {
                let query = encode(&[
                    ("client_id", client),
                    ("response_type", "code"),
                    ("redirect_uri", uri.as_str().unwrap()),
                    ("code_challenge", CHALLENGE),
                    ("code_challenge_method", "S256"),
                ]);
                let page = dev.send(&Call::get(&format!("{}?{query}", dev.path(api, "authorize_url"))));
                assert_eq!((page.status, page.text().contains("type=\"password\"")), (200, true), "{uri}");
            }
        }
    }
    dev.stop();
}

/// Without `--json`: text that can be pasted, with live values.
#[test]
fn as_text() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = command();
    command.args(["--listen", "127.0.0.1:0"]).env("TMPDIR", folder.path());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut text = Vec::new();
    for line in lines {
        let last = line.starts_with("Ctrl-C");
        text.push(line);
        if last {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(text[0].starts_with("Stagedoor dev is ready on http://127.0.0.1:"), "{}", text[0]);
    let text = text.join("\n");
    for part in [
        "/bandcamp/oauth_token",
        "/spotify/api/token",
        "/spotify-ads/authorize",
        "x-api-key: soundcharts",
        "copy what stands after code=",
        "Standard API (/standard)",
        "code_verifier=",
        "_dev/clock",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains(":0/"), "the real port is told");
}

/// A burst at Soundcharts' token endpoint meets its limit, unless limits are lifted.
#[test]
fn limits_and_their_lifting() {
    let statuses = |dev: &Dev| {
        let mut connection = dev.connect();
        let call = dev.token_call("soundcharts", &[("grant_type", "client_credentials")]);
        (0..400).map(|_| connection.send(&call).unwrap()).collect::<Vec<Answer>>()
    };
    let dev = Dev::start(&[]);
    let limited = statuses(&dev);
    let first = limited.iter().find(|answer| answer.status == 429).expect("no 429 in a burst of 400");
    assert!(first.header("retry-after").parse::<u32>().unwrap() >= 1);
    dev.stop();
    let dev = Dev::start(&[&"--unlimited"]);
    assert!(statuses(&dev).iter().all(|answer| answer.status == 200));
    dev.stop();
}
