//! What a person allowed an app: remembered, and ended.

use stagedoor_wire::Scopes;

use crate::Timestamp;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::{AccountId, AppId};

/// What is remembered of a new consent: it adds to an earlier one, as long as both together are a list that can be read
/// again. Otherwise the new one stands alone, and the person is asked again for the rest.
pub(crate) fn with_earlier(allowed: &Scopes, earlier: Option<&Scopes>) -> Scopes {
    let both = earlier.map(|had| had.union(allowed)).filter(|both| both.as_str().len() <= Scopes::MAX_BYTES);
    both.unwrap_or_else(|| allowed.clone())
}

/// Ends a consent and every grant and token under it.
pub fn end(app: AppId, account: AccountId, actor: &str, now: Timestamp) -> Decision<()> {
    let effects = vec![
        Effect::EndConsent { app, account },
        Effect::RevokeGrantsOf { app, account, at: now },
        Effect::Audit(AuditEntry::new(now, actor, "consent ended", Subject::App(app))),
    ];
    Decision { reply: Ok(()), effects }
}
