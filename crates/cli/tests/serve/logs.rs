//! What an operator reads: lines of JSON that name their request, and a line for each request where that is wanted.

use serde_json::Value;

use crate::http::Call;
use crate::process::Folder;
use crate::upstream::Upstream;

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

#[test]
fn each_request_has_its_line() {
    let folder = Folder::before(Upstream::new().address);
    folder.change("level = \"info\"", "level = \"debug\"\naccess = true");
    folder.add_apps();
    let server = folder.serve();
    let refused = server.send(&Call::new("POST", "/catalogue/token?code=secret").form("grant_type=password"));
    let id = refused.header("x-request-id").to_owned();
    let log = server.stop();
    let lines = lines(&log);
    let of_request: Vec<_> = lines.iter().filter(|line| line["request_id"] == id.as_str()).collect();
    let why = of_request.iter().find(|line| line["message"] == "token request refused").unwrap();
    assert_eq!((&why["level"], &why["api"]), (&"DEBUG".into(), &"catalogue".into()));
    let line = of_request.iter().find(|line| line["target"] == "stagedoor::access").unwrap();
    for (name, value) in [
        ("level", Value::from("INFO")),
        ("method", "POST".into()),
        ("path", "/catalogue/token".into()),
        ("status", refused.status.into()),
        ("api", "catalogue".into()),
        ("endpoint", "token".into()),
        ("from", "127.0.0.1".into()),
        ("message", "answered".into()),
    ] {
        assert_eq!(line[name], value, "{name} of {line}");
    }
    assert!(line["took_micros"].is_u64(), "{line}");
    // RFC 3339, in UTC.
    let time = line["timestamp"].as_str().unwrap();
    assert!(time.ends_with('Z') && &time[10..11] == "T" && time.len() >= 20, "{time}");
    let is_flat = |line: &Value| {
        line.as_object().unwrap().values().all(|value| !value.is_object() && !value.is_array())
    };
    assert!(lines.iter().all(is_flat), "{log}");
}

#[test]
fn none_where_nobody_wants_one() {
    let folder = Folder::before(Upstream::new().address);
    folder.add_apps();
    let server = folder.serve();
    server.token("");
    assert!(!server.stop().contains("stagedoor::access"));
}

/// Of a request's name only a listed proxy is believed.
#[test]
fn the_name_a_proxy_gave() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    let call = Call::get("/nowhere").header("x-request-id", "from-the-proxy");
    let server = folder.serve();
    assert_ne!(server.send(&call).header("x-request-id"), "from-the-proxy");
    server.stop();
    folder.change(
        "[database]",
        "url = \"https://example.com\"\ntrusted_proxies = [\"127.0.0.1\"]\n\n[database]",
    );
    let server = folder.serve();
    assert_eq!(server.send(&call).header("x-request-id"), "from-the-proxy");
    assert_ne!(
        server.send(&Call::get("/nowhere").header("x-request-id", "a b")).header("x-request-id"),
        "a b"
    );
    // Whoever comes by a proxy need not be on this machine, whatever the proxy says or leaves out.
    assert_eq!(server.send(&Call::get("/metrics")).status, 403);
    server.stop();
}
