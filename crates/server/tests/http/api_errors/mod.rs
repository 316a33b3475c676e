//! What stands in front of each API refuses: status, headers and body to the last byte (RFC 6750 §3).

mod bandcamp;
mod soundcharts;
mod spotify;
mod spotify_ads;
mod standard;

use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::Limit;

use crate::app::{Answer, Call, OF_REFUSALS, TestApp};

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
    answer.line(&OF_REFUSALS)
}

/// Two calls at once, then one a minute.
fn few_calls(dialect: &mut Dialect) {
    dialect.limits.api = Limit { burst: 2, per_minute: 1 };
}

/// A token with its last letters changed.
fn forged(token: &str) -> String {
    let (body, tag) = token.split_at(token.len() - 8);
    let tag: String = tag.chars().map(|letter| if letter == 'x' { 'y' } else { 'x' }).collect();
    body.to_owned() + &tag
}
