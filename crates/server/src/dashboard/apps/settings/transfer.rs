//! Giving an app to another team: one that the person owns too, or one of whom they invite.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::app::{self, AppRecord, Stage};
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::invitation::InvitedTo;
use stagedoor_protocol::team::{Role, TeamRecord};

use super::super::super::invitations::{ONLY_ASKED_FOR, why_not};
use super::super::super::route::Answered;
use super::super::super::say;
use super::super::super::teams::invite::{self, NotMade};
use super::super::super::visit::{SignedIn, Visit};
use super::super::{address, terms};
use super::{Wrong, page, render_with};

/// The person's other teams.
pub(super) fn owned<'s>(signed_in: &'s SignedIn, record: &AppRecord) -> Vec<&'s TeamRecord> {
    let owner = record.app.owner.id;
    let owned = signed_in.memberships.iter().filter(|(team, role)| *role == Role::Owner && team.id != owner);
    owned.map(|(team, _)| team).collect()
}

pub(in crate::dashboard) async fn to_own_team(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let again = |wrong: &str| {
        let wrong = Wrong { team: Some(wrong.to_owned()), ..Wrong::default() };
        render_with(visit, None, wrong, None)
    };
    let chosen = visit.field("team").parse().ok().and_then(|id| visit.membership(TeamId(id)));
    let Some((to, _)) = chosen.filter(|(_, role)| *role == Role::Owner) else {
        return again("Choose a team that you own.").await;
    };
    let terms = match terms::accepted(visit, api) {
        Ok(terms) => terms,
        Err(wrong) => return again(wrong).await,
    };
    let applicant = api.applicant(to.kind);
    let decision = app::transfer(&api.rules, record, &to, applicant, terms, visit.actor(), visit.now());
    match visit.settle(decision.provided(visit.has_role(to.id, Role::Owner))).await? {
        Ok(()) => Ok(visit.then(&address(record), "moved")),
        Err(unsettled) => match why_not(&unsettled) {
            Some(wrong) => again(wrong).await,
            None => Ok(say::changed_meanwhile(visit)),
        },
    }
}

pub(in crate::dashboard) async fn offer(visit: &Visit<'_>) -> Answered {
    let (record, _) = visit.app()?;
    let typed = visit.field("email");
    let again = |wrong: &str| {
        let wrong = Wrong { email: Some(wrong.to_owned()), ..Wrong::default() };
        render_with(visit, None, wrong, None)
    };
    if record.app.stage == Stage::Requested {
        return again(ONLY_ASKED_FOR).await;
    }
    let Ok(email) = Email::parse(typed) else {
        return again("Write an e-mail address, such as ada@example.com.").await;
    };
    match invite::make(visit, InvitedTo::TakeOver(record.app.id), email).await? {
        Ok(made) => render_with(visit, None, Wrong::default(), Some(made)).await,
        Err(NotMade::TooMany) => again(invite::TOO_MANY).await,
        Err(NotMade::Before) => Ok(visit.then(&page(record), "created-already")),
        Err(NotMade::Stale) => Ok(say::stale(visit)),
    }
}
