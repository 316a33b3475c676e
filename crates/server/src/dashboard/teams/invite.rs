//! Inviting people into a team. The link is shown once, to who invites.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::id::InvitationId;
use stagedoor_protocol::invitation::{self, InvitedTo};
use stagedoor_protocol::team::Role;
use stagedoor_store::Page;
use stagedoor_wire::Secret;

use super::super::BASE;
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use super::{ROWS, Said, address, own, render};
use crate::entropy;
use crate::settle::Stop;

/// Open invitations that a team may have.
const MAX_OPEN: usize = 50;

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
    match make(visit, InvitedTo::Join(role), email.clone()).await? {
        Some(link) => {
            let link = Some((link, email.as_str().to_owned()));
            render(visit, Said { link, ..Said::default() }).await
        }
        None => again(TOO_MANY).await,
    }
}

pub(in crate::dashboard) const TOO_MANY: &str =
    "The team has as many open invitations as it may. Withdraw one first.";

/// Makes an invitation; the link. `None`: the team has too many already.
pub(in crate::dashboard) async fn make(
    visit: &Visit<'_>,
    to: InvitedTo,
    email: Email,
) -> Result<Option<Secret>, Stop> {
    let (team, _) = own(visit)?;
    if visit.store().invitations(team.id, visit.now()).await?.len() >= MAX_OPEN {
        return Ok(None);
    }
    let decision = {
        let rng = &mut entropy::rng();
        invitation::invite(team.id, to, email, visit.actor(), visit.now(), rng)
    };
    let handle = visit.settle(decision).await?.map_err(|_| Stop::Unavailable)?;
    let origin = visit.dashboard.origin();
    Ok(Some(Secret::new(format!("{origin}{BASE}/invitations/{}", handle.expose()))))
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
