//! A team: what it is called, who its members are, and whom it invites.

pub(super) mod acting;
pub(super) mod api_access;
pub(super) mod create;
pub(super) mod invite;
pub(super) mod members;

use askama::Template;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::invitation::{InvitationRecord, InvitedTo};
use stagedoor_protocol::name;
use stagedoor_protocol::team::{self, Member, Role, TeamChange, TeamKind, TeamRecord};
use stagedoor_store::Page;

use super::BASE;
use super::apps::html;
use super::layout::{Here, Layout};
use super::route::Answered;
use super::say;
use super::visit::{Unsettled, Visit};
use crate::pages::{WRONG_NAME, filters};
use crate::settle::Stop;
use acting::Acting;
use api_access::ApiAccess;
use invite::Made;

/// As many members as the page shows.
const ROWS: u32 = 500;

#[derive(Template)]
#[template(path = "dashboard/team.html")]
struct TeamPage<'a> {
    layout: Layout<'a>,
    address: String,
    form_token: String,
    once: String,
    name: String,
    kind: &'static str,
    is_owner: bool,
    me: i64,
    members: Vec<Member>,
    invitations: Vec<Invited>,
    /// Apps of other teams that act for it.
    acting: Vec<Acting>,
    /// What stands at the top, for teams that have no page of it.
    access: Option<ApiAccess>,
    said: Said,
}

/// An invitation that is open.
struct Invited {
    id: String,
    email: String,
    to: String,
    by: String,
    until: String,
}

/// What this answer alone says.
#[derive(Default)]
pub(super) struct Said {
    /// An invitation that was just made.
    made: Option<Made>,
    /// What is wrong with the name, and what was typed.
    wrong_name: Option<(String, String)>,
    /// What is wrong with the e-mail of who is invited, and what was typed.
    wrong_email: Option<(String, String)>,
    /// Why a member stays as they are.
    wrong_member: Option<String>,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, Said::default()).await
}

pub(super) async fn render(visit: &Visit<'_>, said: Said) -> Answered {
    let (team, role) = own(visit)?;
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let address = address(team);
    let invitations = visit.store().invitations(team.id, visit.now()).await?;
    let access = match has_access_page(team.kind) {
        true => None,
        false => Some(ApiAccess::of(visit, team, role).await?).filter(|access| !access.is_empty()),
    };
    let is_wrong = said.wrong_name.is_some() || said.wrong_email.is_some() || said.wrong_member.is_some();
    let page = TeamPage {
        layout: Layout::of(visit, signed_in, Here::Team),
        form_token: visit.form_token_of(&address),
        once: visit.once(),
        address,
        name: said.wrong_name.as_ref().map_or_else(|| team.name.clone(), |(_, typed)| typed.clone()),
        kind: team.kind.as_str(),
        is_owner: role == Role::Owner,
        me: signed_in.session.account.id.0,
        members: visit.store().members(team.id, Page { behind: None, limit: ROWS }).await?,
        invitations: invitations.into_iter().map(invited).collect(),
        acting: acting::all(visit, team.id).await?,
        access,
        said,
    };
    Ok(html(page.render(), is_wrong))
}

/// Whether what a team of this kind has of APIs is a page of its own.
pub(super) fn has_access_page(kind: TeamKind) -> bool {
    matches!(kind, TeamKind::Label | TeamKind::Band)
}

fn invited(record: InvitationRecord) -> Invited {
    let InvitationRecord { invitation, app, .. } = record;
    let to = match invitation.to {
        InvitedTo::Join(role) => role.as_str().to_owned(),
        InvitedTo::TakeOver(_) => format!("takes over {}", app.map(|(_, _, name)| name).unwrap_or_default()),
    };
    Invited {
        id: invitation.id.to_string(),
        email: invitation.email.as_str().to_owned(),
        to,
        by: invitation.invited_by,
        until: invitation.expires.to_day(),
    }
}

/// The team of the route, and who they are there.
fn own<'v>(visit: &'v Visit<'_>) -> Result<(&'v TeamRecord, Role), Stop> {
    visit.team.as_ref().map(|(team, role)| (team, *role)).ok_or(Stop::Unavailable)
}

pub(super) fn address(team: &TeamRecord) -> String {
    format!("{BASE}/teams/{}", team.id)
}

pub(in crate::dashboard) async fn rename(visit: &Visit<'_>) -> Answered {
    let (team, _) = own(visit)?;
    let typed = visit.field("name");
    let again = |wrong: &str| {
        let wrong_name = Some((wrong.to_owned(), typed.to_owned()));
        render(visit, Said { wrong_name, ..Said::default() })
    };
    let Ok(name) = name::parse(typed) else { return again(WRONG_NAME).await };
    let taken = visit.store().team_by_name(&name).await?.is_some_and(|other| other.id != team.id);
    let change = TeamChange { name: Some(name), ..TeamChange::default() };
    match visit.settle(team::change(team, change, taken, visit.actor(), visit.now())).await? {
        Ok(()) => Ok(visit.then(&address(team), "saved")),
        Err(Unsettled::Refused(Objection::TeamNameTaken)) => {
            again("Another team has this name. Choose another.").await
        }
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}
