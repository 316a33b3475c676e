//! Calls that are sent again.

use serde_json::{Value, json};

use super::Administrator;
use super::network::{administered, call, credential};
use crate::app::{Answer, Call, STANDARD, TestApp};

struct Program<'a> {
    app: &'a TestApp,
    credential: String,
}

impl<'a> Program<'a> {
    async fn new(app: &'a TestApp, name: &str) -> Self {
        Self { app, credential: credential(app, name, "read write").await }
    }

    fn call(&self, path: &str, key: &str, body: &Value) -> Call {
        call("POST", path).bearer(&self.credential).header("idempotency-key", key).body(body.to_string())
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.app.send(self.call(path, key, body)).await
    }
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

async fn teams(app: &TestApp) -> usize {
    Administrator::of(app).get("teams").await["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn done_once() {
    let app = administered().await;
    let program = Program::new(&app, "deploy").await;
    let (new, other) = (json!({ "name": "Ebb", "kind": "band" }), json!({ "name": "Flow", "kind": "band" }));
    let before = teams(&app).await;
    let first = program.post("teams", "one", &new).await;
    assert_eq!((first.status, is_replayed(&first)), (201, false));
    for key in ["one", "\"one\""] {
        let again = program.post("teams", key, &new).await;
        assert!(is_replayed(&again));
        assert_eq!((again.status, again.json()), (201, first.json()));
    }
    let changed = program.post("teams", "one", &other).await;
    assert_eq!((changed.status, &changed.json()["code"]), (422, &json!("other-request")));
    let elsewhere = program.post("accounts", "one", &new).await;
    assert_eq!(elsewhere.status, 422);
    assert_eq!(teams(&app).await, before + 1);
    // Keys are each caller's own, and a day old at most.
    let neighbour = Program::new(&app, "neighbour").await;
    assert_eq!(neighbour.post("teams", "one", &other).await.status, 201);
    app.clock.advance_millis(24 * 3_600_000);
    let later = program.post("teams", "one", &json!({ "name": "Slack", "kind": "band" })).await;
    assert_eq!((later.status, is_replayed(&later)), (201, false));
}

/// What is shown once stays so.
#[tokio::test]
async fn secrets_are_not_shown_again() {
    let app = administered().await;
    let program = Program::new(&app, "deploy").await;
    let path = format!("apps/standard/{}/secrets", STANDARD.id);
    let new = json!({ "name": "blue" });
    let first = program.post(&path, "k", &new).await;
    let (secret, mut rest) = (first.json()["secret"].clone(), first.json());
    assert!(secret.is_string());
    rest.as_object_mut().unwrap().remove("secret");
    let again = program.post(&path, "k", &new).await;
    assert_eq!((again.status, again.json(), is_replayed(&again)), (201, rest, true));
}

/// Nothing was done, so nothing is kept: once it can be done it is.
#[tokio::test]
async fn a_refusal_is_decided_anew() {
    let app = administered().await;
    let program = Program::new(&app, "deploy").await;
    let new = json!({ "name": "Ebb", "kind": "band" });
    let admin = Administrator::of(&app);
    let taken = admin.done("POST", "teams", new.clone()).await;
    assert_eq!(program.post("teams", "k", &new).await.status, 409);
    let path = format!("teams/{}", taken["id"].as_str().unwrap());
    admin.done("PATCH", &path, json!({ "name": "Flow" })).await;
    assert_eq!(program.post("teams", "k", &new).await.status, 201);
    assert!(is_replayed(&program.post("teams", "k", &new).await));
}

/// Whichever comes first, it is done once.
#[tokio::test]
async fn at_the_same_time() {
    let app = administered().await;
    let program = Program::new(&app, "deploy").await;
    let path = format!("apps/standard/{}/secrets", STANDARD.id);
    let new = json!({ "name": "blue" });
    let secrets = || async { Administrator::of(&app).get(&path).await["items"].as_array().unwrap().len() };
    let before = secrets().await;
    let (one, two) = tokio::join!(program.post(&path, "k", &new), program.post(&path, "k", &new));
    let first =
        [&one, &two].into_iter().filter(|answer| answer.status == 201 && !is_replayed(answer)).count();
    assert_eq!(first, 1, "{} {}", one.shown(), two.shown());
    assert!([&one, &two].into_iter().all(|answer| answer.status == 201 || answer.status == 409));
    assert_eq!(secrets().await, before + 1);
}

#[tokio::test]
async fn a_state_file() {
    let app = administered().await;
    let program = Program::new(&app, "deploy").await;
    let text = "[[team]]\nname = \"Ebb\"\nkind = \"band\"\n";
    let shown = json!({ "name": "s.toml", "text": text });
    for _ in 0..2 {
        let answer = program.post("state", "look", &shown).await;
        assert_eq!((answer.status, is_replayed(&answer)), (200, false), "what is only shown is shown anew");
    }
    let done = json!({ "name": "s.toml", "text": text, "commit": true });
    let (first, again) = (program.post("state", "do", &done).await, program.post("state", "do", &done).await);
    assert_eq!((first.status, again.status), (200, 200), "{}", first.shown());
    assert!(is_replayed(&again) && first.json() == again.json());
}

#[tokio::test]
async fn keys_that_cannot_be() {
    let app = administered().await;
    let program = Program::new(&app, "deploy").await;
    let new = json!({ "name": "Ebb", "kind": "band" });
    let long = "x".repeat(256);
    for key in ["", "\"\"", "a b", "ä", "\"a", &long] {
        assert_eq!(program.post("teams", key, &new).await.status, 400, "{key}");
    }
    let two = program.call("teams", "a", &new).header("idempotency-key", "b");
    assert_eq!(app.send(two).await.status, 400);
}
