//! What is left to read: the audit log, figures, state. No token or secret in any of it.

use std::fs;
use std::os::unix::fs::MetadataExt;

use serde_json::Value;

use super::caller::{get, post};
use super::world::{CLIENT_SECRET, REFRESH_TOKEN, World};

#[tokio::test]
async fn all_is_noted_and_nothing_told() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    assert_eq!(broker.ask(get("/_broker/token/own")).await.text(), "live-0");
    broker.ask(post("/own/v1/things?code=query-never-to-be-seen", "x")).await;
    world.provider.accept_only("none");
    broker.ask(get("/own/v1/me")).await;
    broker.ask(get("/nobody/x")).await;
    for _ in 0..5 {
        broker.ask_by_port(get("/own/x")).await;
    }
    let (status, metrics) =
        (broker.ask(get("/_broker/status")).await, broker.ask(get("/_broker/metrics")).await);
    let scraped = scrape(&broker).await;
    broker.stop().await;

    let log = world.vault_folder().join("broker-audit.jsonl");
    assert_eq!(fs::metadata(&log).unwrap().mode() & 0o777, 0o600);
    let log = fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |line: &Value| {
        ["credential", "method", "path", "status", "refused", "token"]
            .map(|member| line.get(member).map_or("-".to_owned(), |value| value.to_string().replace('"', "")))
            .join(" ")
    };
    let (first, second) = (fingerprint("live-0"), fingerprint("live-1"));
    assert_eq!(
        lines.iter().map(told).collect::<Vec<_>>(),
        [
            format!("own GET /_broker/token/own 200 - {first}"),
            format!("own POST /own/v1/things 200 - {first}"),
            format!("own GET /own/v1/me 200 - {second}"),
            "- GET /nobody/x 404 unknown_credential -".to_owned(),
            // All in one second, of somebody whom nobody knows.
            "- - - 401 key_missing -".to_owned(),
            "- GET /_broker/status 200 - -".to_owned(),
            "- GET /_broker/metrics 200 - -".to_owned(),
        ]
    );
    assert_eq!(lines[0]["uid"], rustix::process::geteuid().as_raw());
    assert_eq!(lines[0]["pid"], std::process::id());

    let state: Value = serde_json::from_slice(&status.body).unwrap();
    assert_eq!(
        (&state["credentials"][0]["name"], &state["credentials"][0]["expires_in"]),
        (&"own".into(), &3600.into())
    );
    for line in [
        "requests_total{credential=\"own\",class=\"2xx\"} 3",
        "refused_total{reason=\"unknown_credential\"} 1",
        "refused_total{reason=\"key_missing\"} 5",
        "renewals_total{credential=\"own\"} 1",
        "upstream_seconds_count{credential=\"own\"} 3",
    ] {
        assert!(metrics.text().contains(&format!("stagedoor_broker_{line}\n")), "{line}: {}", metrics.text());
    }
    assert!(scraped.contains("stagedoor_broker_requests_total"));
    for secret in ["live-0", "live-1", REFRESH_TOKEN, "refresh-1", CLIENT_SECRET, "query-never-to-be-seen"] {
        for text in [&log, status.text(), metrics.text(), &scraped] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

fn fingerprint(token: &str) -> String {
    crate::vault::Fingerprint::of(&stagedoor_wire::Secret::new(token)).to_string()
}

/// The port for figures answers nothing else.
async fn scrape(broker: &super::world::Running) -> String {
    let mut texts = Vec::new();
    for path in ["/own/x", "/_broker/token/own", "/metrics"] {
        let stream = tokio::net::TcpStream::connect(broker.metrics).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let told = super::caller::told(sender.send_request(get(path)).await.unwrap()).await;
        texts.push((told.status.as_u16(), told.text().to_owned()));
    }
    assert_eq!((texts[0].0, texts[1].0, texts[2].0), (404, 404, 200));
    texts.remove(2).1
}
