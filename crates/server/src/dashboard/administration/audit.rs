//! The audit log: who did what, from where; filtered, page by page, and as CSV.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::audit::{AuditFilter, AuditPlace, AuditRecord};
use stagedoor_protocol::decision::Subject;
use stagedoor_store::Page;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::visit::Visit;
use crate::browser::protected;
use crate::pages::filters;
use crate::settle::Stop;

/// Lines of a page.
const ROWS: u32 = 100;
/// Lines of a file.
const MOST: u32 = 10_000;

#[derive(Template)]
#[template(path = "dashboard/audit.html")]
struct AuditPage<'a> {
    layout: Layout<'a>,
    actor: &'a str,
    since: &'a str,
    wrong_since: bool,
    lines: Vec<Line>,
    /// Where it goes on.
    more: Option<String>,
    /// The same as a file.
    file: String,
}

struct Line {
    at: String,
    actor: String,
    origin: String,
    what: String,
    subject: String,
    /// Of the network; may be empty.
    address: String,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let (filter, wrong_since) = filter(visit);
    let behind = visit.query("behind").and_then(place);
    let mut records = visit.store().audit(filter, Page { behind, limit: ROWS + 1 }).await?;
    let is_more = records.len() > ROWS as usize;
    records.truncate(ROWS as usize);
    let asked = |more: Option<&AuditRecord>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in ["actor", "since"] {
            query
                .extend_pairs(visit.query(name).filter(|value| !value.is_empty()).map(|value| (name, value)));
        }
        query.extend_pairs(more.map(|last| ("behind", format!("{}.{}", last.entry.at.0, last.id))));
        query.finish()
    };
    let page = AuditPage {
        layout: Layout::of(visit, signed_in, Here::Audit),
        actor: visit.query("actor").unwrap_or_default(),
        since: visit.query("since").unwrap_or_default(),
        wrong_since,
        lines: records.iter().map(line).collect(),
        more: records.last().filter(|_| is_more).map(|last| format!("{}?{}", visit.page, asked(Some(last)))),
        file: format!("{}/csv?{}", visit.page, asked(None)),
    };
    Ok(html(page.render(), wrong_since))
}

/// The newest lines as a file (RFC 4180).
pub(in crate::dashboard) async fn csv(visit: &Visit<'_>) -> Answered {
    let (filter, _) = filter(visit);
    let records = visit.store().audit(filter, Page { behind: None, limit: MOST }).await?;
    let mut text = String::from("at,actor,origin,what,subject,address\r\n");
    for record in &records {
        let Line { at, actor, origin, what, subject, address } = line(record);
        let cells = [at, actor, origin, what, subject, address].map(|cell| quoted(&cell));
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\""));
    Ok(protected(response))
}

/// A cell. What a spreadsheet would run as a formula is led by an apostrophe (OWASP, CSV injection).
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

/// What is asked for, and whether the day is none.
fn filter(visit: &Visit<'_>) -> (AuditFilter, bool) {
    let of = |name| visit.query(name).map(str::trim).filter(|text| !text.is_empty());
    let day = |text: &str| Timestamp::from_rfc3339(&format!("{text}T00:00:00Z"));
    let since = of("since").map(day);
    let filter = AuditFilter {
        actor: of("actor").map(str::to_owned),
        since: since.flatten(),
        ..AuditFilter::default()
    };
    (filter, matches!(since, Some(None)))
}

fn place(text: &str) -> Option<AuditPlace> {
    let (at, id) = text.split_once('.')?;
    Some(AuditPlace { at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

fn line(record: &AuditRecord) -> Line {
    let (kind, id) = record.entry.subject.parts();
    let subject = match (record.entry.subject, &record.subject_name) {
        (Subject::Server, _) => kind.to_owned(),
        (_, Some(name)) => format!("{kind} {name}"),
        (_, None) => format!("{kind} {id}"),
    };
    Line {
        at: record.entry.at.to_string(),
        actor: record.entry.actor.clone(),
        origin: record.entry.origin.clone(),
        what: record.entry.what.clone(),
        subject,
        address: record.entry.address.map(|address| address.to_string()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_run_nothing() {
        assert_eq!(quoted("say \"hi\", you"), "\"say \"\"hi\"\", you\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert!(quoted(formula).starts_with("\"'"), "{formula}");
        }
    }
}
