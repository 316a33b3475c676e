//! People.

use stagedoor_protocol::Effect;
use stagedoor_protocol::account::{self, AccountChange, AccountRecord, NO_PASSWORD};
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::decision::Subject;
use stagedoor_protocol::id::AccountId;

use super::super::{AccountEntry, StateFile, StateFileError};
use super::{Comparison, refuse_twice};
use crate::entropy;

pub(super) fn compare(comparison: &mut Comparison<'_>, file: &StateFile) -> Result<(), StateFileError> {
    refuse_twice(file.account.iter().map(|own| (&own.email, title(&own.email))))?;
    refuse_twice(file.account.iter().filter_map(|own| Some((own.id?, title(&own.email)))))?;
    refuse_last_administrator(comparison, file)?;
    let current = comparison.current;
    // Who becomes an administrator comes first, so that there is one at every moment.
    let mut entries: Vec<_> = file.account.iter().collect();
    entries.sort_by_key(|entry| !entry.administrator || entry.suspended);
    for entry in entries {
        match current.accounts.iter().find(|own| own.email.as_str() == entry.email) {
            Some(record) => change(comparison, record, entry)?,
            None => create(comparison, entry),
        }
    }
    if comparison.options.prune {
        for record in &current.accounts {
            let is_kept = file.account.iter().any(|entry| entry.email == record.email.as_str());
            if !is_kept && !record.suspended {
                suspend(comparison, record)?;
            }
        }
    }
    Ok(())
}

pub(super) fn title(email: &str) -> String {
    format!("account {email}")
}

fn create(comparison: &mut Comparison<'_>, entry: &AccountEntry) {
    let now = comparison.now;
    let id = entry.id.unwrap_or_else(|| AccountId::new(now, &mut entropy::rng()));
    let (email, name) = (entry.email.clone(), entry.name.clone());
    let password_hash = entry.password_hash.clone().unwrap_or_else(|| NO_PASSWORD.to_owned());
    if entry.password_hash.is_none() {
        comparison
            .plan
            .notes
            .push(format!("{email} has no password yet: stagedoor admin account password {email} sets one"));
    }
    comparison.accounts.push((email.clone(), id));
    let what = title(&email);
    let mut effects = vec![Effect::CreateAccount { id, email, name, password_hash, at: now }];
    if entry.administrator {
        effects.push(Effect::Administer(Change::SetAdministrator { account: id, administrator: true }));
    }
    if entry.suspended {
        effects.push(Effect::Administer(Change::SetAccountSuspended { account: id, suspended: true }));
    }
    let audit = if entry.administrator { "account created, administrator" } else { "account created" };
    effects.push(comparison.audit(audit, Subject::Account(id)));
    comparison.make(what, effects);
}

fn change(
    comparison: &mut Comparison<'_>,
    record: &AccountRecord,
    entry: &AccountEntry,
) -> Result<(), StateFileError> {
    let (actor, now) = (comparison.actor, comparison.now);
    let what = title(record.email.as_str());
    let mut details = Vec::new();
    if record.name != entry.name {
        details.push(format!("name: {:?} → {:?}", record.name, entry.name));
    }
    if record.administrator != entry.administrator {
        details.push(format!("administrator: {} → {}", record.administrator, entry.administrator));
    }
    let wanted = AccountChange { name: Some(entry.name.clone()), administrator: Some(entry.administrator) };
    // That another one is left was looked at before, for all of the file.
    let mut decisions = vec![account::change(record, wanted, true, actor, now)];
    if record.suspended != entry.suspended {
        details.push(format!("suspended: {} → {}", record.suspended, entry.suspended));
        decisions.push(if entry.suspended {
            account::suspend(record, true, actor, now)
        } else {
            account::resume(record, actor, now)
        });
    }
    let mut effects = Vec::new();
    for decision in decisions {
        decision.reply.map_err(|why| StateFileError::entry(&what, why.to_string()))?;
        effects.extend(decision.effects);
    }
    comparison.change(what, details, effects);
    Ok(())
}

fn suspend(comparison: &mut Comparison<'_>, record: &AccountRecord) -> Result<(), StateFileError> {
    let what = title(record.email.as_str());
    let decision = account::suspend(record, true, comparison.actor, comparison.now);
    decision.reply.map_err(|why| StateFileError::entry(&what, why.to_string()))?;
    comparison.remove(what, vec!["is suspended: what it did stays told".to_owned()], decision.effects);
    Ok(())
}

/// Without an administrator who can sign in the setup link would make one again.
fn refuse_last_administrator(comparison: &Comparison<'_>, file: &StateFile) -> Result<(), StateFileError> {
    let accounts = &comparison.current.accounts;
    let had = accounts.iter().any(AccountRecord::can_administer);
    let stays =
        |own: &AccountRecord| match file.account.iter().find(|entry| entry.email == own.email.as_str()) {
            Some(entry) => entry.administrator && !entry.suspended && own.has_password && own.confirmed,
            None => own.can_administer() && !comparison.options.prune,
        };
    let comes = |entry: &AccountEntry| {
        let is_new = accounts.iter().all(|own| own.email.as_str() != entry.email);
        is_new && entry.administrator && !entry.suspended && entry.password_hash.is_some()
    };
    if had && !accounts.iter().any(stays) && !file.account.iter().any(comes) {
        let why = "no administrator would be left who can sign in: set `administrator = true` for one who has a password";
        return Err(StateFileError::entry("accounts", why));
    }
    Ok(())
}
