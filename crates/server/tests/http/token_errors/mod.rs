//! What each token endpoint refuses: status, headers and body to the last byte.

mod bandcamp;
mod outage;
mod soundcharts;
mod spotify;
mod spotify_ads;
mod standard;

use crate::app::{Answer, Call, OF_TOKENS, TestApp};

/// Sends each request and compares its answer's line.
async fn check(app: &TestApp, cases: impl IntoIterator<Item = (Call, &str)>) {
    let mut wrong = Vec::new();
    for (at, (call, expected)) in cases.into_iter().enumerate() {
        let line = told(&app.send(call).await);
        if line != expected {
            wrong.push(format!("case {at}\n  expected {expected}\n  got      {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The answer in one line, but for the headers that every one has.
fn told(answer: &Answer) -> String {
    answer.line(&OF_TOKENS)
}
