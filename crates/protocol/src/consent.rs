//! Ending what a person allowed.

use crate::Timestamp;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::{AccountId, AppId};

/// Ends a consent and every grant and token under it.
pub fn end(app: AppId, account: AccountId, actor: &str, now: Timestamp) -> Decision<()> {
    let effects = vec![
        Effect::EndConsent { app, account },
        Effect::RevokeGrantsOf { app, account, at: now },
        Effect::Audit(AuditEntry::new(now, actor, "consent ended", Subject::App(app))),
    ];
    Decision { reply: Ok(()), effects }
}
