//! The audit log, the newest line first.

use schemars::JsonSchema;
use serde::Serialize;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::audit::{AuditFilter, AuditPlace, AuditRecord};
use stagedoor_protocol::decision::Subject;
use stagedoor_store::Page;

use super::answer::{Answer, Time};
use super::call::{self, Call};
use super::problem::Problem;
use super::{accounts, apps, teams};

/// A line of the audit log.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditLine")]
pub(super) struct Line {
    at: Time,
    /// Who did it: an e-mail, a client id, a user of the machine as `uid 1000`, or `credential` and its name.
    actor: String,
    /// By which way it came.
    origin: String,
    /// The network address it came from, where it came over the network.
    address: Option<String>,
    what: String,
    subject: About,
}

/// What a line is about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditSubject")]
struct About {
    kind: &'static str,
    id: String,
    /// What people call it, where it still is.
    name: Option<String>,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let names = ["limit", "cursor", "actor", "subject", "since", "until"];
    let [limit, cursor, actor, subject, since, until] = call.query(names)?;
    let limit = Call::limit(limit)?;
    let filter = AuditFilter {
        actor: actor.map(str::to_owned),
        subject: match subject {
            Some(text) => Some(find(call, text).await?),
            None => None,
        },
        since: since.map(|text| call::time("since", text)).transpose()?,
        until: until.map(|text| call::time("until", text)).transpose()?,
    };
    let behind = match cursor {
        Some(text) => Some(place(text).ok_or_else(call::bad_cursor)?),
        None => None,
    };
    let rows = call.store().audit(filter, Page { behind, limit: limit + 1 }).await?;
    Ok(Answer::page(rows, limit, |last| format!("{}.{}", last.entry.at.0, last.id), view))
}

fn place(cursor: &str) -> Option<AuditPlace> {
    let (at, id) = cursor.split_once('.')?;
    Some(AuditPlace { at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

/// What is meant by `app:api/client_id`, `team:name`, `account:email` or one of these with an id: what is gone has only that.
async fn find(call: &Call<'_>, text: &str) -> Result<Subject, Problem> {
    let unknown = || {
        let cure = "write app:api/client_id, team:name, account:email or grant:id";
        Problem::bad(format!("{text} names no subject"), cure)
    };
    let (kind, name) = text.split_once(':').ok_or_else(unknown)?;
    if let Ok(id) = name.parse() {
        return Subject::from_parts(kind, id).ok_or_else(unknown);
    }
    match kind {
        "app" => {
            let (api, client_id) = name.split_once('/').ok_or_else(unknown)?;
            Ok(Subject::App(apps::find(call, api, client_id).await?.app.id))
        }
        "team" => Ok(Subject::Team(teams::find(call, name).await?.id)),
        "account" => Ok(Subject::Account(accounts::find(call, name).await?.id)),
        _ => Err(unknown()),
    }
}

fn view(record: &AuditRecord) -> Line {
    let (kind, id) = record.entry.subject.parts();
    Line {
        at: record.entry.at.into(),
        actor: record.entry.actor.clone(),
        origin: record.entry.origin.clone(),
        address: record.entry.address.map(|address| address.to_string()),
        what: record.entry.what.clone(),
        subject: About { kind, id: id.to_string(), name: record.subject_name.clone() },
    }
}
