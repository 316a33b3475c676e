//! Figures at their own place, and the dashboard that shows them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde_json::Value;

use crate::http::{Call, Connection};
use crate::process::Folder;
use crate::upstream::Upstream;

const DASHBOARD: &str = include_str!("../../../../deploy/grafana/stagedoor.json");
const BOOK: &str = include_str!("../../../../docs/observing.md");

/// Where the figures' listener says that it is.
fn own_listener(log: &str) -> SocketAddr {
    let ready: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    let url = ready["metrics"].as_str().unwrap();
    url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap().parse().unwrap()
}

#[test]
fn a_listener_of_their_own() {
    let folder = Folder::before(Upstream::new().address);
    folder.change("[log]", "[metrics]\nlisten = \"127.0.0.1:0\"\n\n[log]");
    folder.add_apps();
    let server = folder.serve();
    server.token("");
    let figures = own_listener(server.log());
    let ask = |address, path| Connection::open(address).send(&Call::get(path)).unwrap();
    let scraped = ask(figures, "/metrics");
    let counted = "stagedoor_tokens_issued_total{api=\"catalogue\",grant=\"client_credentials\"} 1\n";
    assert!(scraped.status == 200 && scraped.text().contains(counted), "{}", scraped.text());
    assert!(scraped.text().contains("stagedoor_connections_open "), "{}", scraped.text());
    // There alone; whether it lives may be asked at both.
    assert_eq!(ask(server.address, "/metrics").status, 404);
    for address in [figures, server.address] {
        assert_eq!(ask(address, "/healthz").text(), "ok\n");
        assert_eq!(ask(address, "/readyz").text(), "ok\n");
    }
    assert_eq!(ask(figures, "/catalogue/token").status, 404);
    server.stop();
}

/// What is refused before a request leads anywhere is counted too, and named where it is our own answer.
#[test]
fn answers_of_the_listener() {
    let server = Folder::before(Upstream::new().address).serve();
    let two_hosts = Call::get("/healthz").header("host", "a").header("host", "b");
    let refused = server.send(&two_hosts);
    assert_eq!((refused.status, refused.header("x-request-id").len()), (400, 36), "{}", refused.shown());
    let mut unread = server.connect();
    unread.write(b"G@T / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(unread.read().unwrap().status, 400);
    unread.rest();
    let scraped = server.send(&Call::get("/metrics"));
    let counted = "stagedoor_requests_total{api=\"\",endpoint=\"none\",class=\"4xx\"} 2\n";
    assert!(scraped.text().contains(counted), "{}", scraped.text());
    server.stop();
}

/// An API at `/` does not have the server's own paths.
#[test]
fn before_an_api_at_the_root() {
    let folder = Folder::before(Upstream::new().address);
    folder.change("path = \"/catalogue\"", "path = \"/\"");
    folder.add_apps();
    let server = folder.serve();
    assert_eq!(server.send(&Call::get("/healthz")).text(), "ok\n");
    let metrics = server.send(&Call::get("/metrics"));
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(server.send(&Call::get("/metrics/x")).status, 401, "that is the API's");
    server.stop();
}

/// Every figure that the dashboard shows is there, and every one that is there is explained.
#[test]
fn the_dashboard_and_the_book() {
    let folder = Folder::before(Upstream::new().address);
    folder.add_apps();
    let server = folder.serve();
    server.token("");
    let scraped = server.send(&Call::get("/metrics"));
    let there: BTreeSet<&str> =
        scraped.text().lines().filter_map(|line| line.split(['{', ' ']).next()).collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_figure = |word: &&str| word.strip_prefix("stagedoor_").is_some_and(|name| !name.is_empty());
    let shown: BTreeSet<&str> = DASHBOARD.split(|c| !is_name(c)).filter(is_figure).collect();
    assert!(shown.len() > 15, "{shown:?}");
    let missing: Vec<_> = shown.difference(&there).collect();
    assert_eq!(missing, [&""; 0], "the dashboard shows figures that are not there");
    let families: BTreeSet<&str> =
        scraped.text().lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let explained: BTreeSet<&str> =
        BOOK.split('`').filter(|word| is_figure(word) && word.chars().all(is_name)).collect();
    assert_eq!(families, explained, "docs/observing.md explains what there is");
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    assert_eq!(dashboard["uid"], "stagedoor");
    server.stop();
}
