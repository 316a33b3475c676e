//! Reading the audit log.

use serde_json::{Value, json};

use super::Administrator;
use crate::app::TestApp;

fn what(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn by_actor_subject_and_time() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    for name in ["One", "Two", "Three"] {
        admin.done("POST", "teams", json!({ "name": name, "kind": "band" })).await;
        app.clock.advance(60);
    }
    admin.done("POST", "accounts/fan@example.com/sign-out", json!({})).await;
    let cases = [
        ("audit?actor=uid%201000", vec!["all access ended", "team created", "team created", "team created"]),
        ("audit?actor=uid%201000&limit=1", vec!["all access ended"]),
        ("audit?actor=nobody", vec![]),
        ("audit?subject=team:Two", vec!["team created"]),
        ("audit?actor=uid%201000&subject=account:fan@example.com", vec!["all access ended"]),
        ("audit?actor=uid%201000&subject=account:7001", vec!["all access ended"]),
        ("audit?actor=uid%201000&subject=app:spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728", vec![]),
        ("audit?since=2026-01-01T00:03:00Z", vec!["all access ended"]),
        ("audit?actor=uid%201000&until=2026-01-01T00:01:00Z", vec!["team created"]),
    ];
    for (path, expected) in cases {
        assert_eq!(what(&admin.get(path).await), expected, "{path}");
    }
    for odd in [
        "audit?subject=team",
        "audit?subject=choir:1",
        "audit?since=monday",
        "audit?cursor=x",
        "audit?actr=a",
    ] {
        assert_eq!(admin.refused("GET", odd, Value::Null).await.0, 400, "{odd}");
    }
    assert_eq!(admin.refused("GET", "audit?subject=team:None", Value::Null).await.0, 404);
}

#[tokio::test]
async fn page_by_page() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    for number in 0..5 {
        admin.done("POST", "teams", json!({ "name": format!("T{number}"), "kind": "band" })).await;
    }
    for (list, all) in [("audit?actor=uid%201000&", 5), ("teams?", 9), ("apps?", 13), ("accounts?", 4)] {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = admin.get(&format!("{list}limit=2{cursor}")).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(Value::to_string));
            pages += 1;
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let once: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), pages), (once.len(), all / 2 + all % 2), "{list}");
        assert_eq!(seen.len(), all, "{list}");
    }
}
