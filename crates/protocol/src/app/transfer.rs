//! An app goes to another team.

use super::{AppRecord, Applicant, Stage};
use crate::administration::{Change, Objection};
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::team::TeamRecord;
use crate::{Refusal, Rules, Timestamp};

/// Gives an app to another team, which accepts these `terms`. What was issued to it ends, for tokens say whose they are, and
/// so does all that others hold or agreed to: its secrets and legacy keys, which the old team knows; its redirect URIs and
/// website, where that one still is, and would win codes by PKCE alone; the review that one asked for; people's consents,
/// which named it; the people on its list, whom it knows; and its acting for other teams, which trusted it. An app that is only
/// asked for stays with who asked. How many apps the other team may have is checked by the commit.
pub fn transfer(
    rules: &Rules,
    record: &AppRecord,
    to: &TeamRecord,
    applicant: Applicant<'_>,
    terms: Option<String>,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let (app, from) = (&record.app, &record.app.owner);
    if matches!(app.stage, Stage::Suspended | Stage::Requested) {
        return Decision::refuse(Objection::Stage { is: app.stage });
    }
    if !applicant.is_served() {
        return Decision::refuse(Refusal::TeamKindNotServed.into());
    }
    if from.id == to.id {
        return Decision::reply(());
    }
    let at_most = rules.dialect.apps.per_team;
    let line = |subject, what: String| Effect::Audit(AuditEntry::new(now, actor, &what, subject));
    let id = &app.client_id;
    let effects = vec![
        Effect::Administer(Change::MoveApp { app: app.id, from: from.id, to: to.id, terms, at_most }),
        Effect::Raise { epoch: EpochOf::App(app.id), at: now },
        Effect::RemoveSecrets { app: app.id },
        Effect::RemoveLegacyKeys { app: app.id },
        line(Subject::App(app.id), format!("app moved: from {} to {}", from.name, to.name)),
        line(Subject::Team(from.id), format!("app given away: {id} of {} to {}", record.api, to.name)),
        line(Subject::Team(to.id), format!("app taken over: {id} of {} from {}", record.api, from.name)),
    ];
    Decision { reply: Ok(()), effects }
}
