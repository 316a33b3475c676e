//! The same for programs.

use serde_json::{Value, json};
use stagedoor_store::backup::{AppGrants, GrantAtRisk, Restored};
use stagedoor_wire::Timestamp;

use super::Plan;
use crate::when;

/// One object, and a line end.
pub(super) fn of(plan: &Plan, restored: Option<&Restored>) -> String {
    let contents = &plan.contents;
    let former = restored.and_then(|restored| restored.former.as_ref());
    let value = json!({
        "restored": restored.is_some(),
        "backup": plan.file.display().to_string(),
        "taken": time(contents.taken),
        "newest_entry": time(contents.newest),
        "database": plan.database.display().to_string(),
        "former_database": former.map(|path| path.display().to_string()),
        "teams": contents.teams,
        "apps": contents.apps,
        "accounts": contents.accounts,
        "ended": { "sessions": contents.sessions, "codes": contents.codes, "devices": contents.devices },
        "grants_at_risk": {
            "count": contents.grants,
            "by_app": contents.grants_by_app.iter().map(app).collect::<Vec<_>>(),
            "last_used": contents.last_grants.iter().map(grant).collect::<Vec<_>>(),
        },
    });
    format!("{value:#}\n")
}

fn app(app: &AppGrants) -> Value {
    json!({ "api": app.api, "client_id": app.client_id, "app": app.app, "count": app.grants })
}

fn grant(grant: &GrantAtRisk) -> Value {
    json!({
        "api": grant.api,
        "client_id": grant.client_id,
        "app": grant.app,
        "account": grant.account,
        "since": when::rfc3339(grant.since),
        "refreshed": time(grant.refreshed),
    })
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(when::rfc3339)
}
