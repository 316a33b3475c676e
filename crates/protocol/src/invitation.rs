//! Invitations: into a team, or to take over an app. Each is a link that works once, for one person, for a week.

use rand_core::CryptoRng;
use stagedoor_wire::Secret;

use crate::Timestamp;
use crate::account::Email;
use crate::administration::{Change, Expectation, Objection};
use crate::app::AppRecord;
use crate::code::{Handle, Hash};
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::{AccountId, AppId, InvitationId, TeamId};
use crate::team::Role;

/// How long one is good, in seconds: a week.
pub const INVITATION_SECONDS: i64 = 7 * 24 * 3600;

/// Open invitations that a team may have.
const MAX_OPEN: u32 = 50;

/// An invitation's row. The link is not kept, only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub hash: Hash,
    /// Of whose members one invites.
    pub team: TeamId,
    pub to: InvitedTo,
    /// Of the person who may use it.
    pub email: Email,
    /// E-mail of the member who did.
    pub invited_by: String,
    pub expires: Timestamp,
}

/// What one is invited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitedTo {
    /// Be a member.
    Join(Role),
    /// Take over an app of the team.
    TakeOver(AppId),
}

/// An invitation with what people call its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRecord {
    pub invitation: Invitation,
    pub team_name: String,
    /// API, client id and name of the app to be taken over.
    pub app: Option<(String, String, String)>,
}

impl Invitation {
    /// Whether `presented` is this one, and it is still good.
    pub fn accepts(&self, presented: &Handle, now: Timestamp) -> bool {
        presented.is_of(&self.hash) && now < self.expires
    }

    fn audit(&self, what: &str, actor: &str, now: Timestamp) -> Effect {
        let what = format!("{what}: {} {}", self.email.as_str(), self.to.as_words());
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Team(self.team)))
    }
}

impl InvitedTo {
    fn as_words(self) -> String {
        match self {
            Self::Join(role) => format!("as {}", role.as_str()),
            Self::TakeOver(app) => format!("to take over app {app}"),
        }
    }
}

/// Invites someone; the reply is what the link ends with. `id` is new. A team has 50 open ones at most.
pub fn invite(
    id: InvitationId,
    team: TeamId,
    to: InvitedTo,
    email: Email,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<Secret> {
    let handle = Handle::new(id.0, rng);
    let invitation = Invitation {
        id,
        hash: handle.hash(),
        team,
        to,
        email,
        invited_by: actor.to_owned(),
        expires: now.plus_seconds(INVITATION_SECONDS),
    };
    let audit = invitation.audit("invited", actor, now);
    let effects = vec![
        Effect::Expect(Expectation::FewerInvitations { team, than: MAX_OPEN, at: now }),
        Effect::Administer(Change::SaveInvitation(invitation)),
        audit,
    ];
    Decision { reply: Ok(handle.write("")), effects }
}

/// Reads what the link ends with.
pub fn read(text: &str) -> Option<Handle> {
    Handle::read("", text)
}

/// Makes the person who was invited a member. `is_member`: whether they are one already.
pub fn join(
    invitation: &Invitation,
    account: AccountId,
    email: &str,
    is_member: bool,
    now: Timestamp,
) -> Decision<(), Objection> {
    let InvitedTo::Join(role) = invitation.to else { return Decision::refuse(Objection::InvitationOver) };
    if email != invitation.email.as_str() {
        return Decision::refuse(Objection::InvitationOver);
    }
    if is_member {
        return Decision::refuse(Objection::AlreadyMember);
    }
    let mut effects = use_up(invitation, email, now);
    effects.push(Effect::Administer(Change::SetMember { team: invitation.team, account, role }));
    Decision { reply: Ok(()), effects }
}

/// Takes over the app: `transfer` is the decision that moves it.
pub fn take_over(
    invitation: &Invitation,
    record: &AppRecord,
    email: &str,
    transfer: Decision<(), Objection>,
    now: Timestamp,
) -> Decision<(), Objection> {
    let is_it = invitation.to == InvitedTo::TakeOver(record.app.id) && invitation.team == record.app.owner.id;
    if !is_it || email != invitation.email.as_str() {
        return Decision::refuse(Objection::InvitationOver);
    }
    // One that is refused leaves the offer as it was.
    match transfer.reply {
        Err(refusal) => Decision::refuse(refusal),
        Ok(()) => {
            let used = use_up(invitation, email, now).into_iter();
            Decision { reply: Ok(()), effects: used.chain(transfer.effects).collect() }
        }
    }
}

/// Takes it back.
pub fn withdraw(invitation: &Invitation, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    let audit = invitation.audit("invitation withdrawn", actor, now);
    let end = Change::EndInvitation { invitation: invitation.id };
    Decision { reply: Ok(()), effects: vec![Effect::Administer(end), audit] }
}

fn use_up(invitation: &Invitation, actor: &str, now: Timestamp) -> Vec<Effect> {
    let end = Change::EndInvitation { invitation: invitation.id };
    vec![Effect::Administer(end), invitation.audit("invitation accepted", actor, now)]
}
