//! Teams and their members.

use stagedoor_protocol::Effect;
use stagedoor_protocol::administration::{Change, Expectation};
use stagedoor_protocol::decision::Subject;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::team::{self, Role, TeamChange};

use super::super::current::CurrentTeam;
use super::super::{StateFile, StateFileError, TeamEntry};
use super::{Comparison, refuse_twice};
use crate::entropy;

pub(super) fn compare(comparison: &mut Comparison<'_>, file: &StateFile) -> Result<(), StateFileError> {
    refuse_twice(file.team.iter().map(|own| (&own.name, title(&own.name))))?;
    refuse_twice(file.team.iter().filter_map(|own| Some((own.id?, title(&own.name)))))?;
    let current = comparison.current;
    for entry in &file.team {
        match current.teams.iter().find(|own| own.record.name == entry.name) {
            Some(own) => change(comparison, own, entry)?,
            None => create(comparison, entry)?,
        }
    }
    let gone = |own: &&CurrentTeam| file.team.iter().all(|entry| entry.name != own.record.name);
    if comparison.options.prune {
        let notes = current.teams.iter().filter(gone);
        let notes = notes.map(|own| format!("{} stays: teams are not removed", title(&own.record.name)));
        comparison.plan.notes.extend(notes);
    }
    Ok(())
}

pub(super) fn title(name: &str) -> String {
    format!("team {name}")
}

fn create(comparison: &mut Comparison<'_>, entry: &TeamEntry) -> Result<(), StateFileError> {
    let (name, now) = (entry.name.clone(), comparison.now);
    let id = entry.id.unwrap_or_else(|| TeamId::new(now, &mut entropy::rng()));
    comparison.teams.push((name.clone(), id));
    let mut effects = vec![
        Effect::Expect(Expectation::TeamNameFree(name.clone())),
        Effect::CreateTeam { id, name, kind: entry.kind, at: now },
        comparison.audit("team created", Subject::Team(id)),
    ];
    for (account, role) in members(comparison, entry)? {
        effects.extend(set_member(comparison, id, account, role));
    }
    comparison.make(title(&entry.name), effects);
    Ok(())
}

fn change(
    comparison: &mut Comparison<'_>,
    own: &CurrentTeam,
    entry: &TeamEntry,
) -> Result<(), StateFileError> {
    let (id, mut details) = (own.record.id, Vec::new());
    let kind = TeamChange { kind: Some(entry.kind), ..TeamChange::default() };
    let mut effects = team::change(&own.record, kind, false, comparison.actor, comparison.now).effects;
    if own.record.kind != entry.kind {
        details.push(format!("kind: {} → {}", own.record.kind.as_str(), entry.kind.as_str()));
    }
    let wanted = members(comparison, entry)?;
    for (account, role) in &wanted {
        let had = own.members.iter().find(|member| member.account == *account);
        if had.is_none_or(|member| member.role != *role) {
            details.push(format!("member: {} as {}", email_of(comparison, *account), role.as_str()));
            effects.extend(set_member(comparison, id, *account, *role));
        }
    }
    for member in own.members.iter().filter(|member| wanted.iter().all(|(own, _)| *own != member.account)) {
        details.push(format!("no member any more: {}", member.email.as_str()));
        effects.push(Effect::Administer(Change::RemoveMember { team: id, account: member.account }));
        let what = format!("member removed: {}", member.email.as_str());
        effects.push(comparison.audit(&what, Subject::Team(id)));
    }
    comparison.change(title(&entry.name), details, effects);
    Ok(())
}

fn members(comparison: &Comparison<'_>, entry: &TeamEntry) -> Result<Vec<(AccountId, Role)>, StateFileError> {
    let what = title(&entry.name);
    let member = |own: &super::super::MemberEntry| Ok((comparison.account(&own.account, &what)?, own.role));
    let members: Vec<_> = entry.members.iter().map(member).collect::<Result<_, StateFileError>>()?;
    refuse_twice(members.iter().map(|(account, _)| (*account, format!("a member of {what}"))))?;
    Ok(members)
}

fn set_member(comparison: &Comparison<'_>, team: TeamId, account: AccountId, role: Role) -> [Effect; 2] {
    let what = format!("member set: {} as {}", email_of(comparison, account), role.as_str());
    let set = Effect::Administer(Change::SetMember { team, account, role });
    [set, comparison.audit(&what, Subject::Team(team))]
}

fn email_of<'a>(comparison: &'a Comparison<'_>, account: AccountId) -> &'a str {
    let mut all = comparison.accounts.iter();
    all.find(|(_, id)| *id == account).map_or("", |(email, _)| email)
}
