//! A file whose texts went through the same checks as those of the admin commands, each once: all that follows compares what
//! was parsed, never what was typed.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::name;
use stagedoor_wire::Secret;

use super::super::{AccountEntry, AppEntry, Named, StateFile, StateFileError, TeamEntry};
use super::{accounts, apps, teams};
use crate::password;

/// Shortest client secret that is taken over, in characters: a shorter one is guessed.
const MIN_SECRET_CHARS: usize = 8;

pub(super) fn checked(file: &StateFile) -> Result<StateFile, StateFileError> {
    let mut file = file.clone();
    file.account.iter_mut().try_for_each(account)?;
    file.team.iter_mut().try_for_each(team)?;
    file.app.iter_mut().try_for_each(app)?;
    Ok(file)
}

fn account(entry: &mut AccountEntry) -> Result<(), StateFileError> {
    let what = accounts::title(&entry.email);
    let email = Email::parse(&entry.email).map_err(|why| StateFileError::entry(&what, why.to_string()))?;
    email.as_str().clone_into(&mut entry.email);
    entry.name = named(&entry.name, &what)?;
    if let Some(hash) = &entry.password_hash {
        password::check_hash(hash).map_err(|why| StateFileError::entry(&what, why.to_string()))?;
    }
    Ok(())
}

fn team(entry: &mut TeamEntry) -> Result<(), StateFileError> {
    entry.name = named(&entry.name, &teams::title(&entry.name))?;
    entry.members.iter_mut().for_each(|member| person(&mut member.account));
    Ok(())
}

fn app(entry: &mut AppEntry) -> Result<(), StateFileError> {
    let what = apps::title(&entry.api, &entry.client_id);
    entry.name = named(&entry.name, &what)?;
    let is_short = |secret: &Secret| secret.expose().chars().count() < MIN_SECRET_CHARS;
    if entry.secrets.iter().any(is_short) {
        let why = format!("a client secret has at least {MIN_SECRET_CHARS} characters; leave it out");
        return Err(StateFileError::entry(what, why));
    }
    entry.users.iter_mut().for_each(person);
    [&mut entry.team].into_iter().chain(&mut entry.acts_for).for_each(group);
    Ok(())
}

fn named(text: &str, what: &str) -> Result<String, StateFileError> {
    name::parse(text).map_err(|why| StateFileError::entry(what, why.to_string()))
}

/// What is no e-mail stays: nobody is found by it, and that is said where they are looked for.
fn person(named: &mut Named<AccountId>) {
    if let Named::Name(text) = named
        && let Ok(email) = Email::parse(text)
    {
        email.as_str().clone_into(text);
    }
}

fn group(named: &mut Named<TeamId>) {
    if let Named::Name(text) = named
        && let Ok(name) = name::parse(text)
    {
        *text = name;
    }
}
