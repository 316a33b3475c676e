//! How a person comes to an account by themselves, and back into it: registering, confirming the e-mail, invitations, a
//! forgotten password and a new one. An account whose e-mail is not confirmed is nobody's yet: it cannot be signed in to,
//! and whoever registers with the same e-mail again takes its place.

use rand_core::CryptoRng;

use crate::Timestamp;
use crate::account::{self, Email, NewAccount};
use crate::administration::{Change, Objection};
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::SessionId;
use crate::link::as_it_was;
use crate::session::Account;

/// What registering came to; the person is told of it by mail alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registered {
    /// The e-mail is to be confirmed.
    Unconfirmed,
    /// There is an account with this e-mail already, and it stays as it is.
    Before,
}

/// Registers someone who is at the form and may be anyone. Both ways are one commit, so that they take as long.
pub fn register(
    new: NewAccount,
    known: Option<&Account>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<Registered, Objection> {
    let actor = new.email.as_str().to_owned();
    match known {
        None => {
            let new = NewAccount { administrator: false, ..new };
            let Decision { reply, mut effects } = account::create(new, false, &actor, now, rng);
            if let Ok(account) = reply {
                let unconfirmed = Change::SetAccountConfirmed { account, confirmed: false };
                effects.push(Effect::Administer(unconfirmed));
            }
            Decision { reply: reply.map(|_| Registered::Unconfirmed), effects }
        }
        Some(own) if !own.confirmed => {
            let mut effects = replace(own, new);
            effects.push(audit(own, "registered again, not confirmed yet", now));
            Decision { reply: Ok(Registered::Unconfirmed), effects }
        }
        Some(own) => {
            let effects = vec![audit(own, "someone registered with its e-mail", now)];
            Decision { reply: Ok(Registered::Before), effects }
        }
    }
}

/// Invites someone to make an account. Nothing is kept of it but the line: the code of the link says all. `taken`: whether
/// there is one with this e-mail.
pub fn invite(email: &Email, taken: bool, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    if taken {
        return Decision::refuse(Objection::EmailTaken(email.clone()));
    }
    let what = format!("invited to make an account: {}", email.as_str());
    Decision {
        reply: Ok(()),
        effects: vec![Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Server))],
    }
}

/// Makes the account that someone was invited to make. The invitation came to the mailbox, so nothing is left to confirm.
pub fn accept_invitation(
    new: NewAccount,
    known: Option<&Account>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<(), Objection> {
    let actor = new.email.as_str().to_owned();
    match known {
        None => {
            let new = NewAccount { administrator: false, ..new };
            let Decision { reply, effects } = account::create(new, false, &actor, now, rng);
            Decision { reply: reply.map(drop), effects }
        }
        Some(own) if !own.confirmed => {
            let mut effects = replace(own, new);
            effects.push(set_confirmed(own));
            effects.push(audit(own, "account made by invitation", now));
            Decision { reply: Ok(()), effects }
        }
        Some(_) => Decision::refuse(Objection::EmailTaken(new.email)),
    }
}

/// Confirms the e-mail, for whoever holds the link that was sent to it.
pub fn confirm(account: &Account, now: Timestamp) -> Decision<(), Objection> {
    let effects = vec![as_it_was(account), set_confirmed(account), audit(account, "e-mail confirmed", now)];
    Decision { reply: Ok(()), effects }
}

/// Sets a password for whoever holds the link that was sent to the account's e-mail, which is confirmed by that. Everything
/// issued to the account ends: it may have been lost to someone else.
pub fn reset_password(account: &Account, password_hash: String, now: Timestamp) -> Decision<(), Objection> {
    let id = account.id;
    let mut effects = vec![
        as_it_was(account),
        Effect::Administer(Change::SetPassword { account: id, password_hash }),
        Effect::Raise { epoch: EpochOf::Account(id), at: now },
        audit(account, "password reset by mail, all access ended", now),
    ];
    if !account.confirmed {
        effects.push(set_confirmed(account));
    }
    Decision { reply: Ok(()), effects }
}

/// Sets another password for whoever is signed in and knew the one before. Other browsers are signed out.
pub fn change_password(
    account: &Account,
    session: SessionId,
    password_hash: String,
    now: Timestamp,
) -> Decision<(), Objection> {
    let id = account.id;
    let effects = vec![
        as_it_was(account),
        Effect::Administer(Change::SetPassword { account: id, password_hash }),
        Effect::EndOtherSessions { account: id, than: session },
        audit(account, "password changed, other browsers signed out", now),
    ];
    Decision { reply: Ok(()), effects }
}

/// Puts what was typed now in place of what was typed before.
fn replace(account: &Account, new: NewAccount) -> Vec<Effect> {
    let NewAccount { name, password_hash, .. } = new;
    vec![
        as_it_was(account),
        Effect::Administer(Change::RenameAccount { account: account.id, name }),
        Effect::Administer(Change::SetPassword { account: account.id, password_hash }),
    ]
}

fn set_confirmed(account: &Account) -> Effect {
    Effect::Administer(Change::SetAccountConfirmed { account: account.id, confirmed: true })
}

fn audit(account: &Account, what: &str, now: Timestamp) -> Effect {
    Effect::Audit(AuditEntry::new(now, &account.email, what, Subject::Account(account.id)))
}
