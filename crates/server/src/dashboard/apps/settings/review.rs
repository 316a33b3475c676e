//! Asking for a review, and what was said of earlier ones.

use stagedoor_protocol::Subject;
use stagedoor_protocol::app::{self, AppRecord};
use stagedoor_protocol::audit::{AuditFilter, AuditRecord};
use stagedoor_store::Page;

use super::super::super::route::Answered;
use super::super::super::say;
use super::super::super::visit::Visit;
use super::{MAX_DESCRIPTION, Typed, Wrong, page, render};
use crate::settle::Stop;

/// Lines of the audit log that are looked through.
const LINES: u32 = 200;

/// What was said of the app.
pub(super) struct Line {
    pub(super) day: String,
    pub(super) says: String,
}

/// What the audit log has of its reviews, the newest first.
pub(super) async fn history(visit: &Visit<'_>, record: &AppRecord) -> Result<Vec<Line>, Stop> {
    let filter = AuditFilter { subject: Some(Subject::App(record.app.id)), ..AuditFilter::default() };
    let lines = visit.store().audit(filter, Page { behind: None, limit: LINES }).await?;
    // Those of a team that had it before are not this one's.
    let own = lines.iter().take_while(|line| !line.entry.what.starts_with("app moved"));
    Ok(own.filter_map(read).collect())
}

fn read(line: &AuditRecord) -> Option<Line> {
    let entry = &line.entry;
    let says = match (entry.what.as_str(), entry.what.strip_prefix("review answered: ")) {
        (_, Some(sentence)) => format!("Answered: {sentence}"),
        ("review asked for", _) => format!("{} asked for a review.", entry.actor),
        ("app approved", _) => "Approved.".to_owned(),
        _ => return None,
    };
    Some(Line { day: entry.at.to_day(), says })
}

pub(in crate::dashboard) async fn ask(visit: &Visit<'_>) -> Answered {
    let (record, _) = visit.app()?;
    let purpose = visit.field("purpose").trim().to_owned();
    let error = match purpose.chars().count() {
        0 => Some("Write how you use the API: whoever answers knows no more of the app.".to_owned()),
        1..=MAX_DESCRIPTION => None,
        _ => Some(format!("{MAX_DESCRIPTION} characters at most.")),
    };
    if error.is_some() {
        let typed = Typed { purpose, ..Typed::of(record) };
        return render(visit, Some(typed), Wrong { purpose: error, ..Wrong::default() }).await;
    }
    let asked = visit.settle(app::ask_for_review(record, purpose, visit.actor(), visit.now())).await?;
    Ok(asked.map_or_else(|_| say::changed_meanwhile(visit), |()| visit.then(&page(record), "review-asked")))
}
