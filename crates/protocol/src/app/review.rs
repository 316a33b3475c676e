//! The review of an app in development, or of one whose name or team is another since it was approved: its team asks, an
//! administrator approves it or answers with a sentence. What was said stands in the audit log.

use super::{App, AppRecord, Stage};
use crate::Timestamp;
use crate::administration::{Change, Expectation, Objection};
use crate::decision::{AuditEntry, Decision, Effect, Subject};

/// Asks for a review. `purpose` is how the app uses the API.
pub fn ask_for_review(
    record: &AppRecord,
    purpose: String,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let (app, stage) = (record.app.id, record.app.stage);
    if !can_be_reviewed(&record.app) {
        return Decision::refuse(Objection::Stage { is: stage });
    }
    if record.review_asked.is_some() {
        return Decision::refuse(Objection::ReviewAsked);
    }
    let effects = vec![
        Effect::Expect(Expectation::Stage { app, stage }),
        Effect::Administer(Change::AskForReview { app, purpose, at: now }),
        Effect::Audit(AuditEntry::new(now, actor, "review asked for", Subject::App(app))),
    ];
    Decision { reply: Ok(()), effects }
}

/// Whether there is anything to look at.
pub fn can_be_reviewed(app: &App) -> bool {
    app.stage == Stage::Development || (app.stage == Stage::Approved && !app.reviewed)
}

/// Longest answer, in characters.
const MAX_SENTENCE: usize = 500;

/// An answer on one line: 1 to 500 characters.
pub fn read_sentence(text: &str) -> Option<String> {
    let sentence = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (1..=MAX_SENTENCE).contains(&sentence.chars().count()).then_some(sentence)
}

/// Answers without approving: the app stays where it is, and its team may ask again.
pub fn answer_review(
    record: &AppRecord,
    sentence: &str,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let app = record.app.id;
    if record.review_asked.is_none() {
        return Decision::refuse(Objection::NoReviewAsked);
    }
    let what = format!("review answered: {sentence}");
    let effects = vec![
        Effect::Administer(Change::EndReview { app }),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(app))),
    ];
    Decision { reply: Ok(()), effects }
}
