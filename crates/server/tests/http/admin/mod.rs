//! The routes of the admin socket, in process, and the page of the first administrator.

mod accounts;
mod apps;
mod audit;
mod first_administrator;
mod idempotency;
mod keys;
mod network;
mod routes;
mod socket;

use serde_json::Value;
use stagedoor_server::admin::{Admin, BASE, Caller};

use crate::app::{Answer, Call, TestApp};

/// An administrator on the machine itself.
pub(crate) struct Administrator<'a> {
    pub(crate) app: &'a TestApp,
    admin: Admin,
}

impl<'a> Administrator<'a> {
    pub(crate) fn of(app: &'a TestApp) -> Self {
        let server = app.server.clone();
        Self { app, admin: Admin::new(move || server.clone()) }
    }

    pub(crate) async fn send(&self, call: Call) -> Answer {
        self.app.clock.advance_millis(1);
        let caller = Caller::of_user(1000);
        Answer::of(self.admin.handle(call.into_request(), &caller).await).await
    }

    /// Status and JSON; `null` where the answer has no body.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let call = Call::new(method, &format!("{BASE}{path}"));
        let call = if body.is_null() { call } else { call.body(body.to_string()) };
        let answer = self.send(call).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        (answer.status, if answer.body.is_empty() { Value::Null } else { answer.json() })
    }

    /// A call that must succeed.
    pub(crate) async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(method, path, &body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.done("GET", path, Value::Null).await
    }

    /// Status and code of a call that is refused, with something to do about it.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let (status, problem) = self.ask(method, path, &body).await;
        assert!(status >= 400, "{method} {path}: {status} {problem}");
        for member in ["type", "title", "detail", "cure"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
        }
        assert_eq!(problem["status"], status);
        (status, problem["code"].as_str().unwrap().to_owned())
    }

    /// The newest line of the audit log: what, and about what.
    pub(crate) async fn last_line(&self) -> (String, String) {
        let line = self.get("audit?limit=1").await["items"][0].take();
        assert_eq!((&line["actor"], &line["origin"]), (&"uid 1000".into(), &"admin socket".into()));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&line["what"]), text(&line["subject"]["name"]))
    }
}
