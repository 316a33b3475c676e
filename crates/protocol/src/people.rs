//! The people an app in development may serve, and the end of a person's access everywhere.

use stagedoor_wire::dialect::Users;

use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::{AccountId, AppId};
use crate::{Rules, Timestamp};

/// Puts a person on an app's list; the dialect's number is checked by the commit.
pub fn list(rules: &Rules, app: AppId, account: AccountId, actor: &str, now: Timestamp) -> Decision<()> {
    let at_most = match rules.dialect.apps.users {
        Users::Anyone => None,
        Users::Listed(number) => Some(number),
    };
    let audit = AuditEntry::new(now, actor, "user listed", Subject::App(app));
    Decision {
        reply: Ok(()),
        effects: vec![Effect::ListUser { app, account, at_most }, Effect::Audit(audit)],
    }
}

/// Takes a person off the list: their grants for the app end at once.
pub fn unlist(app: AppId, account: AccountId, actor: &str, now: Timestamp) -> Decision<()> {
    let effects = vec![
        Effect::UnlistUser { app, account },
        Effect::EndConsent { app, account },
        Effect::RevokeGrantsOf { app, account, at: now },
        Effect::Audit(AuditEntry::new(now, actor, "user removed", Subject::App(app))),
    ];
    Decision { reply: Ok(()), effects }
}

/// Ends every session, grant and token of a person.
pub fn end_everywhere(account: AccountId, actor: &str, now: Timestamp) -> Decision<()> {
    let audit = AuditEntry::new(now, actor, "all access ended", Subject::Account(account));
    let raise = Effect::Raise { epoch: EpochOf::Account(account), at: now };
    Decision { reply: Ok(()), effects: vec![raise, Effect::Audit(audit)] }
}
