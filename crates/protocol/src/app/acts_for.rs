//! The teams an app acts for besides its owner.

use super::{App, AppRecord};
use crate::Timestamp;
use crate::administration::Change;
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::TeamId;

/// Ends that an app acts for a team, as that team wishes it.
pub fn stop_acting_for(record: &AppRecord, team: TeamId, actor: &str, now: Timestamp) -> Decision<()> {
    let kept: Vec<_> = record.app.teams.iter().map(|own| own.id).filter(|own| *own != team).collect();
    let mut effects = set(record, &kept, actor, now);
    if !effects.is_empty() {
        let audit = AuditEntry::new(now, actor, "app changed: teams", Subject::App(record.app.id));
        effects.push(Effect::Audit(audit));
    }
    Decision { reply: Ok(()), effects }
}

/// Makes it act for these teams and its owner alone. When one is gone, everything issued to the app ends: tokens say the team
/// they are for, and only the app's epoch reaches them. Each team's own log has a line of it, for it is their data.
pub(super) fn set(record: &AppRecord, teams: &[TeamId], actor: &str, now: Timestamp) -> Vec<Effect> {
    let app: &App = &record.app;
    let line = |team, what: &str| {
        let what = format!("{what}: {} of {} ({})", app.client_id, record.api, app.owner.name);
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Team(team)))
    };
    let mut effects = Vec::new();
    for &team in teams.iter().filter(|team| app.teams.iter().all(|own| own.id != **team)) {
        effects.extend([Effect::LetActFor { app: app.id, team }, line(team, "app acts for the team")]);
    }
    let others = app.teams.iter().map(|team| team.id).filter(|team| *team != app.owner.id);
    let gone: Vec<_> = others.filter(|team| !teams.contains(team)).collect();
    for &team in &gone {
        let end = Change::StopActingFor { app: app.id, team };
        effects.extend([Effect::Administer(end), line(team, "app acts for the team no more")]);
    }
    if !gone.is_empty() {
        effects.push(Effect::Raise { epoch: EpochOf::App(app.id), at: now });
    }
    effects
}
