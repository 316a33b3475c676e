//! Inviting people into a team. They are written to, where there is mail; the link is shown once, to who invites.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::id::InvitationId;
use stagedoor_protocol::invitation::{self, Invitation, InvitedTo};
use stagedoor_protocol::team::Role;
use stagedoor_store::Page;
use stagedoor_wire::Secret;

use super::super::BASE;
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use super::{ROWS, Said, address, own, render};
use crate::entropy;
use crate::settle::Stop;

pub(in crate::dashboard) async fn invite(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    let typed = visit.field("email");
    let again = |wrong: &str| {
        let wrong_email = Some((wrong.to_owned(), typed.to_owned()));
        render(visit, Said { wrong_email, ..Said::default() })
    };
    let Ok(email) = Email::parse(typed) else {
        return again("Write an e-mail address, such as ada@example.com.").await;
    };
    let Some(role) = Role::from_stored(visit.field("role")) else { return again("Choose a role.").await };
    let members = visit.store().members(team.id, Page { behind: None, limit: ROWS }).await?;
    if members.iter().any(|member| member.email == email) {
        return again("They are a member already. Their role is changed above.").await;
    }
    // The form that made it, sent twice, is answered so.
    let own = visit.read_once().map(InvitationId);
    let open = visit.store().invitations(team.id, visit.now()).await?;
    let is_for_them = |to: &Invitation| to.email == email && matches!(to.to, InvitedTo::Join(_));
    if open.iter().any(|open| is_for_them(&open.invitation) && Some(open.invitation.id) != own) {
        return again("They are invited already, see above. To invite them anew, withdraw that first.").await;
    }
    match make(visit, InvitedTo::Join(role), email).await? {
        Ok(made) => render(visit, Said { made: Some(made), ..Said::default() }).await,
        Err(NotMade::TooMany) => again(TOO_MANY).await,
        Err(NotMade::Before) => Ok(visit.then(&address(team), "created-already")),
        Err(NotMade::Stale) => Ok(say::stale(visit)),
    }
}

pub(in crate::dashboard) const TOO_MANY: &str =
    "The team has as many open invitations as it may. Withdraw one first.";

/// An invitation that was just made, for the template `invitation_made.html`.
pub(in crate::dashboard) struct Made {
    pub(in crate::dashboard) link: Secret,
    pub(in crate::dashboard) email: String,
    /// Whether they were written to.
    pub(in crate::dashboard) is_mailed: bool,
}

/// Why there is no invitation.
pub(in crate::dashboard) enum NotMade {
    TooMany,
    /// The form was sent twice: the first one made it.
    Before,
    /// The form is none of theirs.
    Stale,
}

/// Makes an invitation, and writes to whom it is for.
pub(in crate::dashboard) async fn make(
    visit: &Visit<'_>,
    to: InvitedTo,
    email: Email,
) -> Result<Result<Made, NotMade>, Stop> {
    let (team, _) = own(visit)?;
    let Some(id) = visit.read_once().map(InvitationId) else { return Ok(Err(NotMade::Stale)) };
    let decision = {
        let rng = &mut entropy::rng();
        invitation::invite(id, team.id, to, email.clone(), visit.actor(), visit.now(), rng)
    };
    let handle = match visit.settle(decision).await? {
        Ok(handle) => handle,
        Err(Unsettled::Conflict) => return Ok(Err(NotMade::Before)),
        Err(Unsettled::LimitReached) => return Ok(Err(NotMade::TooMany)),
        Err(Unsettled::Refused(_)) => return Err(Stop::Unavailable),
    };
    let page = Secret::new(format!("{BASE}/invitations/{}", handle.expose()));
    let is_mailed = visit.dashboard.write_of_invitation(visit.actor(), to, &email, &page).await?;
    let link = Secret::new(format!("{}{}", visit.dashboard.origin(), page.expose()));
    Ok(Ok(Made { link, email: email.as_str().to_owned(), is_mailed }))
}

pub(in crate::dashboard) async fn withdraw(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    let id = visit.field("invitation").parse().ok().map(InvitationId);
    let open = visit.store().invitations(team.id, visit.now()).await?;
    // Gone before: then it is as they wish.
    if let Some(record) = open.iter().find(|record| Some(record.invitation.id) == id) {
        let decision = invitation::withdraw(&record.invitation, visit.actor(), visit.now());
        if visit.settle(decision).await?.is_err() {
            return Ok(say::changed_meanwhile(visit));
        }
    }
    Ok(visit.then(&address(team), "invitation-withdrawn"))
}
