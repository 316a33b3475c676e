//! Teams own apps; accounts are members.

use rand_core::CryptoRng;
use serde::Deserialize;

use crate::Timestamp;
use crate::account::{AccountRecord, Email};
use crate::administration::{Change, Expectation, Objection};
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::{AccountId, TeamId};

/// A team as tokens need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub epoch: u32,
}

/// What kind of team it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamKind {
    Label,
    Band,
    Partner,
    Company,
}

impl TeamKind {
    /// Each.
    pub const ALL: [Self; 4] = [Self::Label, Self::Band, Self::Partner, Self::Company];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Band => "band",
            Self::Partner => "partner",
            Self::Company => "company",
        }
    }

    /// From its stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, members included.
    Owner,
    /// Everything about apps.
    Developer,
    /// Look.
    Viewer,
}

impl Role {
    /// Whether whoever has this role may do what `needed` may.
    pub fn includes(self, needed: Self) -> bool {
        let rank = |role| match role {
            Self::Viewer => 0,
            Self::Developer => 1,
            Self::Owner => 2,
        };
        rank(self) >= rank(needed)
    }

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
        }
    }

    /// From its stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Owner, Self::Developer, Self::Viewer].into_iter().find(|role| role.as_str() == text)
    }
}

/// A team as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRecord {
    pub id: TeamId,
    pub name: String,
    pub kind: TeamKind,
    pub created: Timestamp,
}

/// A member as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub account: AccountId,
    pub email: Email,
    pub name: String,
    pub role: Role,
}

/// Makes a team. Names are unique, for people and files name teams by them. `taken`: whether another has this one.
pub fn create(
    name: String,
    kind: TeamKind,
    taken: bool,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<TeamId, Objection> {
    if taken {
        return Decision::refuse(Objection::TeamNameTaken);
    }
    let id = TeamId::new(now, rng);
    let effects = vec![
        Effect::Expect(Expectation::TeamNameFree(name.clone())),
        Effect::CreateTeam { id, name, kind, at: now },
        Effect::Audit(AuditEntry::new(now, actor, "team created", Subject::Team(id))),
    ];
    Decision { reply: Ok(id), effects }
}

/// Teams that a person may be in and still found another.
const MAX_TEAMS: u32 = 50;

/// Makes a team for the person who asks for it: they are its first owner. Nobody who is in 50 founds another.
pub fn found(
    name: String,
    kind: TeamKind,
    taken: bool,
    founder: AccountId,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<TeamId, Objection> {
    let mut decision = create(name, kind, taken, actor, now, rng);
    if let Ok(team) = decision.reply {
        let member = Change::SetMember { team, account: founder, role: Role::Owner };
        let fewer = Expectation::FewerTeams { account: founder, than: MAX_TEAMS };
        decision.effects.extend([Effect::Expect(fewer), Effect::Administer(member)]);
    }
    decision
}

/// What is to be different. What is left out stays.
#[derive(Debug, Clone, Default)]
pub struct TeamChange {
    pub name: Option<String>,
    pub kind: Option<TeamKind>,
}

/// Changes a team. `taken`: whether another has the new name.
pub fn change(
    team: &TeamRecord,
    change: TeamChange,
    taken: bool,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let (id, mut effects) = (team.id, Vec::new());
    let audit = |what| Effect::Audit(AuditEntry::new(now, actor, what, Subject::Team(id)));
    if let Some(name) = change.name.filter(|name| *name != team.name) {
        if taken {
            return Decision::refuse(Objection::TeamNameTaken);
        }
        effects.extend([
            Effect::Expect(Expectation::TeamNameFree(name.clone())),
            Effect::Administer(Change::RenameTeam { team: id, name }),
            audit("team renamed"),
        ]);
    }
    if let Some(kind) = change.kind.filter(|kind| *kind != team.kind) {
        effects
            .extend([Effect::Administer(Change::SetTeamKind { team: id, kind }), audit("team kind changed")]);
    }
    Decision { reply: Ok(()), effects }
}

/// Makes a person a member, or gives them another role.
pub fn set_member(
    team: TeamId,
    account: &AccountRecord,
    role: Role,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let effects = set(team, (account.id, &account.email), role, actor, now).into();
    Decision { reply: Ok(()), effects }
}

/// Gives a member another role. `another`: whether there is another owner; the commit makes sure that one is left.
pub fn change_role(
    team: TeamId,
    member: &Member,
    role: Role,
    another: bool,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let mut effects = match stay_owned(team, member, another) {
        Ok(effects) => effects,
        Err(objection) => return Decision::refuse(objection),
    };
    effects.extend(set(team, (member.account, &member.email), role, actor, now));
    Decision { reply: Ok(()), effects }
}

/// Ends a membership, one's own or another's, as [`change_role`] changes it. Their way to the team's apps ends with it.
pub fn leave(
    team: TeamId,
    member: &Member,
    another: bool,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let mut effects = match stay_owned(team, member, another) {
        Ok(effects) => effects,
        Err(objection) => return Decision::refuse(objection),
    };
    let verb = if member.email.as_str() == actor { "member left" } else { "member removed" };
    effects.extend(remove(team, (member.account, &member.email), verb, actor, now));
    Decision { reply: Ok(()), effects }
}

fn stay_owned(team: TeamId, member: &Member, another: bool) -> Result<Vec<Effect>, Objection> {
    let (account, role) = (member.account, member.role);
    let mut effects = vec![Effect::Expect(Expectation::Member { team, account, role })];
    if role == Role::Owner {
        if !another {
            return Err(Objection::LastOwner);
        }
        effects.push(Effect::Expect(Expectation::AnotherOwner { team, than: account }));
    }
    Ok(effects)
}

/// Ends a membership. What the person made for the team stays.
pub fn remove_member(
    team: TeamId,
    account: &AccountRecord,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let effects = remove(team, (account.id, &account.email), "member removed", actor, now).into();
    Decision { reply: Ok(()), effects }
}

/// Whose membership it is: the audit log names them by their e-mail.
type Of<'a> = (AccountId, &'a Email);

fn set(team: TeamId, (account, email): Of<'_>, role: Role, actor: &str, now: Timestamp) -> [Effect; 2] {
    let what = format!("member set: {} as {}", email.as_str(), role.as_str());
    let change = Change::SetMember { team, account, role };
    [Effect::Administer(change), Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Team(team)))]
}

fn remove(team: TeamId, (account, email): Of<'_>, verb: &str, actor: &str, now: Timestamp) -> [Effect; 2] {
    let what = format!("{verb}: {}", email.as_str());
    let change = Change::RemoveMember { team, account };
    [Effect::Administer(change), Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Team(team)))]
}
