//! Many at once, on several threads: exactly one wins, and everyone is told the truth.

mod bandcamp;
mod codes;
mod refreshes;

use std::sync::Arc;

use tokio::sync::Barrier;

use crate::app::{Answer, Call, TestApp};

/// Sends all at once; the answers come in the order of the calls.
pub(crate) async fn at_once(app: &Arc<TestApp>, calls: impl IntoIterator<Item = Call>) -> Vec<Answer> {
    let calls: Vec<_> = calls.into_iter().collect();
    let start = Arc::new(Barrier::new(calls.len()));
    let send = |call| {
        let (app, start) = (app.clone(), start.clone());
        tokio::spawn(async move {
            start.wait().await;
            app.send(call).await
        })
    };
    let sent: Vec<_> = calls.into_iter().map(send).collect();
    let mut answers = Vec::with_capacity(sent.len());
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

/// How many answers have this status, of all that have one of the two.
pub(crate) fn count(answers: &[Answer], status: u16, or: u16) -> usize {
    for answer in answers {
        assert!(answer.status == status || answer.status == or, "{}", answer.shown());
    }
    answers.iter().filter(|answer| answer.status == status).count()
}
