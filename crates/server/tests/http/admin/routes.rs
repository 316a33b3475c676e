//! What no route takes.

use serde_json::{Value, json};
use stagedoor_server::admin::BASE;

use super::Administrator;
use crate::app::{Call, TestApp};

#[tokio::test]
async fn nothing_there() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    for (method, path) in [
        ("GET", "choirs"),
        ("POST", "apps/standard/3c2b1a09f8e7d6c5b4a3928170615243/applaud"),
        ("GET", "accounts/7001/more/and/more"),
    ] {
        assert_eq!(
            admin.refused(method, path, Value::Null).await,
            (404, "no-route".into()),
            "{method} {path}"
        );
    }
    for (method, path, allowed) in
        [("DELETE", "accounts", "GET, POST"), ("PUT", "accounts/fan@example.com", "GET, PATCH")]
    {
        let answer = admin.send(Call::new(method, &format!("{BASE}{path}"))).await;
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}");
    }
    for path in ["/", "/admin/v2/accounts", "/admin/v1/", "/admin/v1/accounts//x", "/admin/v1/accounts/%FF"] {
        let answer = admin.send(Call::get(path)).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
    }
}

/// The network has no way here unless the configuration says so, whatever the path.
#[tokio::test]
async fn not_on_the_network() {
    let app = TestApp::new().await;
    for path in ["/admin/v1/accounts", "/_stagedoor/admin/v1/accounts"] {
        assert_eq!(app.send(Call::get(path)).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn read_strictly() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let (_, problem) = admin.ask("POST", "teams", &json!({ "name": "A", "kidn": "band" })).await;
    assert!(problem["detail"].as_str().unwrap().contains("did you mean `kind`?"), "{problem}");
    let (_, problem) = admin.ask("GET", "apps?stge=approved", &Value::Null).await;
    assert_eq!(problem["cure"], "did you mean `stage`?");
    let wrong = json!({ "email": "a@example.com", "name": "A", "password": 47_114_711 });
    let (_, problem) = admin.ask("POST", "accounts", &wrong).await;
    assert!(!problem.to_string().contains("47114711"), "a value may be a password: {problem}");
    for path in ["apps?limit=0", "apps?limit=many", "apps?cursor=x", "apps?stage=famous", "teams?team=x"] {
        assert_eq!(admin.refused("GET", path, Value::Null).await, (400, "bad-request".into()), "{path}");
    }
    let large = Call::post("/admin/v1/teams").body("x".repeat(100_000));
    assert_eq!(admin.send(large).await.status, 400);
    for odd in ["{", "[]", " [\"A\", \"band\"]", "null"] {
        assert_eq!(admin.send(Call::post("/admin/v1/teams").body(odd)).await.status, 400, "{odd}");
    }
}

/// The database away: nothing is said that is not so.
#[tokio::test]
async fn without_a_database() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    app.server.store().close().await;
    assert_eq!(admin.refused("GET", "accounts", Value::Null).await, (503, "unavailable".into()));
    let new = json!({ "name": "A", "kind": "band" });
    assert_eq!(admin.refused("POST", "teams", new).await, (503, "unavailable".into()));
}
