//! Where an app stands, and how administrators move it.

use serde::Deserialize;
use stagedoor_wire::dialect::AppCreation;

use super::AppRecord;
use crate::administration::{Change, Expectation, Objection};
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::AppId;
use crate::{Rules, Timestamp};

/// Where an app stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Requested,
    Development,
    Approved,
    Suspended,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Requested, Self::Development, Self::Approved, Self::Suspended];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Development => "development",
            Self::Approved => "approved",
            Self::Suspended => "suspended",
        }
    }

    /// From its stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }

    /// Whether the API's owner lets the app in: always where developers serve themselves, else once approved.
    pub fn is_listed(self, creation: AppCreation) -> bool {
        match creation {
            AppCreation::SelfService => true,
            AppCreation::ByRequest => self == Self::Approved,
        }
    }
}

/// Moves an app to another stage, wherever it stands.
pub fn set_stage(app: AppId, stage: Stage, actor: &str, now: Timestamp) -> Decision<()> {
    let mut effects = to_stage(app, stage, now);
    effects.push(Effect::Audit(AuditEntry::new(now, actor, stage.as_str(), Subject::App(app))));
    Decision { reply: Ok(()), effects }
}

/// Lets an app in, or says so again of one whose name or team is another since. One that is suspended is resumed first, so
/// that nobody does both by one word.
pub fn approve(record: &AppRecord, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    match record.app.stage {
        is @ Stage::Suspended => Decision::refuse(Objection::Stage { is }),
        is @ Stage::Approved if record.app.reviewed => Decision::refuse(Objection::Stage { is }),
        _ => {
            // What was looked at.
            let (app, name, team) = (record.app.id, record.app.name.clone(), record.app.owner.id);
            move_to(record, Stage::Approved, "app approved", actor, now).provided([Expectation::AppIs {
                app,
                name,
                team,
            }])
        }
    }
}

/// How the line of a team's log begins that has the answer to a request of theirs, which is gone itself.
pub const DECLINED: &str = "request declined: ";

/// Says no to a request: the app goes, and its developer may ask again. `sentence` says why, for the team; it may be empty.
pub fn decline(record: &AppRecord, sentence: &str, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    let (app, stage) = (record.app.id, record.app.stage);
    if stage != Stage::Requested {
        return Decision::refuse(Objection::Stage { is: stage });
    }
    let why = if sentence.is_empty() { String::new() } else { format!(": {sentence}") };
    let what = format!("{DECLINED}{} ({}){why}", record.app.name, record.api);
    let mut effects = vec![
        Effect::Expect(Expectation::Stage { app, stage }),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Team(record.app.owner.id))),
    ];
    effects.extend(end(record, "app declined", actor, now));
    Decision { reply: Ok(()), effects }
}

/// Removes an app with everything that hangs on it: nothing issued to it is good any more.
pub fn remove(record: &AppRecord, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    Decision { reply: Ok(()), effects: end(record, "app removed", actor, now) }
}

fn end(record: &AppRecord, what: &str, actor: &str, now: Timestamp) -> Vec<Effect> {
    let app = record.app.id;
    let what = format!("{what}: {} of {}", record.app.client_id, record.api);
    vec![
        Effect::Raise { epoch: EpochOf::App(app), at: now },
        Effect::Administer(Change::RemoveApp { app }),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(app))),
    ]
}

/// Ends everything an app was given, at once, and gives it nothing more until it is resumed.
pub fn suspend(record: &AppRecord, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    match record.app.stage {
        is @ Stage::Suspended => Decision::refuse(Objection::Stage { is }),
        _ => move_to(record, Stage::Suspended, "app suspended", actor, now),
    }
}

/// Puts a suspended app back where it stood. What ended stays ended: it asks for new tokens.
pub fn resume(rules: &Rules, record: &AppRecord, actor: &str, now: Timestamp) -> Decision<Stage, Objection> {
    if record.app.stage != Stage::Suspended {
        return Decision::refuse(Objection::Stage { is: record.app.stage });
    }
    let first = match rules.dialect.apps.creation {
        AppCreation::SelfService => Stage::Development,
        AppCreation::ByRequest => Stage::Requested,
    };
    let to = record.stage_before.unwrap_or(first);
    let moved = move_to(record, to, "app resumed", actor, now);
    Decision { reply: moved.reply.map(|()| to), effects: moved.effects }
}

fn move_to(
    record: &AppRecord,
    to: Stage,
    what: &str,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let app = record.app.id;
    let mut effects = vec![Effect::Expect(Expectation::Stage { app, stage: record.app.stage })];
    effects.extend(to_stage(app, to, now));
    effects.push(Effect::Audit(AuditEntry::new(now, actor, what, Subject::App(app))));
    Decision { reply: Ok(()), effects }
}

/// Tokens say whether the API lets their app in, so all stages but `approved` end them.
fn to_stage(app: AppId, stage: Stage, now: Timestamp) -> Vec<Effect> {
    let mut effects = vec![Effect::SetStage { app, stage }];
    if stage != Stage::Approved {
        effects.push(Effect::Raise { epoch: EpochOf::App(app), at: now });
    }
    effects
}
