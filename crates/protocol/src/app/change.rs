//! Changing what an app is called, where it sends people back to, and whom it acts for.

use stagedoor_wire::RedirectUri;

use super::{App, Stage, acts_for, check_redirect_uris};
use crate::administration::{Change, Objection};
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::TeamId;
use crate::{Rules, Timestamp};

/// An app as administrators see it.
#[derive(Clone, Debug)]
pub struct AppRecord {
    /// The API's name.
    pub api: String,
    pub app: App,
    pub description: String,
    /// Where people read more of it; may be empty.
    pub website: String,
    /// How it uses the API, as its team told whoever lets apps in; may be empty.
    pub purpose: String,
    /// The version of the API's terms that was accepted when it was made.
    pub terms: Option<String>,
    /// Since when its team waits for a review.
    pub review_asked: Option<Timestamp>,
    /// Where it stood before it was suspended.
    pub stage_before: Option<Stage>,
    pub created: Timestamp,
}

/// What is to be different. What is left out stays.
#[derive(Debug, Clone, Default)]
pub struct AppChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub website: Option<String>,
    pub purpose: Option<String>,
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// The teams it may act for besides its owner.
    pub acts_for: Option<Vec<TeamId>>,
    /// Whether an administrator makes it. What they call an app, they have reviewed.
    pub by_administrator: bool,
}

/// Changes an app. When it may act for a team no more, everything issued to it ends.
pub fn change(
    rules: &Rules,
    record: &AppRecord,
    change: AppChange,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let (app, mut what, mut effects) = (&record.app, Vec::new(), Vec::new());
    let is_renamed = change.name.as_ref().is_some_and(|name| *name != app.name);
    let name_was = format!("name (was {})", app.name);
    let mut is_other = false;
    let mut text = |says, new: Option<String>, old: &String| {
        let changed = new.filter(|new| new != old);
        if changed.is_some() {
            is_other = true;
            what.push(says);
        }
        changed.unwrap_or_else(|| old.clone())
    };
    let described = Change::DescribeApp {
        app: app.id,
        name: text(&*name_was, change.name, &app.name),
        description: text("description", change.description, &record.description),
        website: text("website", change.website, &record.website),
        purpose: text("purpose", change.purpose, &record.purpose),
    };
    if is_other {
        effects.push(Effect::Administer(described));
    }
    if is_renamed && app.reviewed && change.by_administrator {
        effects.push(Effect::SetStage { app: app.id, stage: app.stage });
    }
    if let Some(redirect_uris) = change.redirect_uris.filter(|uris| !are_same(uris, &app.redirect_uris)) {
        if let Err(refusal) = check_redirect_uris(rules, &redirect_uris) {
            return Decision::refuse(refusal.into());
        }
        what.push("redirect URIs");
        effects.push(Effect::Administer(Change::SetRedirectUris { app: app.id, redirect_uris }));
    }
    if let Some(teams) = change.acts_for {
        let changes = acts_for::set(record, &teams, actor, now);
        if !changes.is_empty() {
            what.push("teams");
            effects.extend(changes);
        }
    }
    if !effects.is_empty() {
        let what = format!("app changed: {}", what.join(", "));
        effects.push(Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(app.id))));
    }
    Decision { reply: Ok(()), effects }
}

fn are_same(new: &[RedirectUri], old: &[RedirectUri]) -> bool {
    new.iter().map(RedirectUri::as_str).eq(old.iter().map(RedirectUri::as_str))
}
