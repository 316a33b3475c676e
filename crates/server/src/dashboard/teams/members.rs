//! Roles, and how a membership ends.

use stagedoor_protocol::Decision;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::team::{self, Member, Role};
use stagedoor_store::Page;

use super::super::BASE;
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use super::{ROWS, Said, address, own, render};
use crate::settle::Stop;

pub(in crate::dashboard) async fn change_role(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    let (Some(member), Some(role)) = (named(visit).await?, Role::from_stored(visit.field("role"))) else {
        return Ok(say::changed_meanwhile(visit));
    };
    if member.role == role {
        return Ok(visit.then(&address(team), "saved"));
    }
    let another = visit.store().has_another_owner(team.id, member.account).await?;
    let decision = team::change_role(team.id, &member, role, another, visit.actor(), visit.now());
    end(visit, decision, &address(team), "saved").await
}

pub(in crate::dashboard) async fn remove(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    // Removed before, by someone else or by the same form: then it is as they wish.
    let Some(member) = named(visit).await? else { return Ok(visit.then(&address(team), "member-removed")) };
    let another = visit.store().has_another_owner(team.id, member.account).await?;
    let decision = team::leave(team.id, &member, another, visit.actor(), visit.now());
    end(visit, decision, &address(team), "member-removed").await
}

/// Ends one's own membership, and with it the way to the team's apps.
pub(in crate::dashboard) async fn leave(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let me = signed_in.session.account.id;
    let Some(member) = find(visit, me).await? else { return Ok(say::changed_meanwhile(visit)) };
    let another = visit.store().has_another_owner(team.id, me).await?;
    let decision = team::leave(team.id, &member, another, visit.actor(), visit.now());
    end(visit, decision, BASE, "left").await
}

async fn end(visit: &Visit<'_>, decision: Decision<(), Objection>, to: &str, done: &str) -> Answered {
    match visit.settle(decision).await? {
        Ok(()) => Ok(visit.then(to, done)),
        Err(Unsettled::Refused(Objection::LastOwner)) => {
            let wrong = "A team has an owner. Make someone else one first.".to_owned();
            render(visit, Said { wrong_member: Some(wrong), ..Said::default() }).await
        }
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

async fn named(visit: &Visit<'_>) -> Result<Option<Member>, Stop> {
    let Ok(id) = visit.field("account").parse() else { return Ok(None) };
    find(visit, AccountId(id)).await
}

async fn find(visit: &Visit<'_>, account: AccountId) -> Result<Option<Member>, Stop> {
    let (team, _) = own(visit)?;
    let members = visit.store().members(team.id, Page { behind: None, limit: ROWS }).await?;
    Ok(members.into_iter().find(|member| member.account == account))
}
