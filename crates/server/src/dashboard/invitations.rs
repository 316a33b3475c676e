//! What an invitation's link leads to: becoming a member, or taking over an app.

use askama::Template;
use axum::response::Response;
use stagedoor_protocol::Refusal;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::{self, AppRecord, Stage};
use stagedoor_protocol::id::InvitationId;
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::invitation::{self, InvitationRecord, InvitedTo};
use stagedoor_protocol::team::{Role, TeamRecord};
use stagedoor_wire::ClientId;

use super::apps::{address, html, terms};
use super::layout::{Here, Layout};
use super::route::Answered;
use super::visit::{SignedIn, Unsettled, Visit};
use super::{BASE, say};
use crate::pages::filters;
use crate::settle::Stop;

#[derive(Template)]
#[template(path = "dashboard/invitation.html")]
struct InvitationPage<'a> {
    layout: Layout<'a>,
    address: &'a str,
    form_token: String,
    team: &'a str,
    team_id: TeamId,
    invited_by: &'a str,
    until: String,
    /// The role, where one is to be a member.
    role: Option<&'static str>,
    /// The app that is to be taken over.
    app: Option<&'a str>,
    /// Teams that can take it over.
    teams: Vec<&'a TeamRecord>,
    /// Of its API.
    terms: Option<terms::Asked<'a>>,
    is_for_them: bool,
    is_member: bool,
    wrong: Option<String>,
}

pub(super) async fn show(visit: &Visit<'_>) -> Answered {
    match find(visit).await? {
        Some(record) => render(visit, &record, None),
        None => Ok(over(visit)),
    }
}

fn render(visit: &Visit<'_>, record: &InvitationRecord, wrong: Option<String>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let InvitationRecord { invitation, team_name, app } = record;
    let is_for_them = is_for(record, signed_in);
    let owned = signed_in
        .memberships
        .iter()
        .filter(|(team, role)| *role == Role::Owner && team.id != invitation.team);
    let is_wrong = wrong.is_some();
    let api = app.as_ref().and_then(|(api, ..)| visit.dashboard.api(api));
    let page = InvitationPage {
        layout: Layout::of(visit, signed_in, Here::Nowhere),
        address: &visit.page,
        form_token: visit.form_token(),
        team: team_name,
        team_id: invitation.team,
        invited_by: &invitation.invited_by,
        until: invitation.expires.to_day(),
        role: match invitation.to {
            InvitedTo::Join(role) => Some(role.as_str()),
            InvitedTo::TakeOver(_) => None,
        },
        app: app.as_ref().map(|(_, _, name)| name.as_str()),
        teams: owned.map(|(team, _)| team).collect(),
        terms: api.and_then(|api| terms::asked(visit, api)),
        is_for_them,
        is_member: visit.membership(invitation.team).is_some(),
        wrong,
    };
    Ok(html(page.render(), is_wrong))
}

/// The invitation that the address names, if it is still good.
async fn find(visit: &Visit<'_>) -> Result<Option<InvitationRecord>, Stop> {
    match visit.parameters.first() {
        Some(text) => read(visit, text).await,
        None => Ok(None),
    }
}

/// The invitation whose page is at this path, if it is still good.
pub(super) async fn at(visit: &Visit<'_>, path: &str) -> Result<Option<InvitationRecord>, Stop> {
    match path.strip_prefix(BASE).and_then(|below| below.strip_prefix("/invitations/")) {
        Some(text) => read(visit, text).await,
        None => Ok(None),
    }
}

/// By what its link ends with.
async fn read(visit: &Visit<'_>, text: &str) -> Result<Option<InvitationRecord>, Stop> {
    let Some(handle) = invitation::read(text) else { return Ok(None) };
    let record = visit.store().invitation(InvitationId(handle.id)).await?;
    Ok(record.filter(|record| record.invitation.accepts(&handle, visit.now())))
}

fn is_for(record: &InvitationRecord, signed_in: &SignedIn) -> bool {
    record.invitation.email.as_str() == signed_in.session.account.email
}

fn over(visit: &Visit<'_>) -> Response {
    say::invitation_over(visit)
}

pub(super) async fn accept(visit: &Visit<'_>) -> Answered {
    let (Some(record), Some(signed_in)) = (find(visit).await?, &visit.signed_in) else {
        return Ok(over(visit));
    };
    if !is_for(&record, signed_in) {
        return render(visit, &record, None);
    }
    match invitation_app(visit, &record).await? {
        Some(app) => take_over(visit, &record, &app).await,
        None => join(visit, &record, signed_in).await,
    }
}

async fn invitation_app(visit: &Visit<'_>, record: &InvitationRecord) -> Result<Option<AppRecord>, Stop> {
    let Some((api, client_id, _)) = &record.app else { return Ok(None) };
    let Ok(client_id) = ClientId::new(client_id) else { return Ok(None) };
    Ok(visit.store().app(api, &client_id).await?)
}

async fn join(visit: &Visit<'_>, record: &InvitationRecord, signed_in: &SignedIn) -> Answered {
    let (own, account) = (&record.invitation, &signed_in.session.account);
    let is_member = visit.membership(own.team).is_some();
    let decision = invitation::join(own, account.id, &account.email, is_member, visit.now());
    match visit.settle(decision).await? {
        Ok(()) => Ok(visit.then(&format!("{BASE}/teams/{}/apps", own.team), "joined")),
        Err(Unsettled::Refused(_)) => render(visit, record, None),
        Err(_) => Ok(over(visit)),
    }
}

async fn take_over(visit: &Visit<'_>, record: &InvitationRecord, app: &AppRecord) -> Answered {
    let Some(api) = visit.dashboard.api(&app.api) else { return Ok(over(visit)) };
    let chosen = visit.field("team").parse().ok().and_then(|id| visit.membership(TeamId(id)));
    let Some((to, _)) = chosen.filter(|(_, role)| *role == Role::Owner) else {
        return render(visit, record, Some("Choose a team that you own.".to_owned()));
    };
    let terms = match terms::accepted(visit, api) {
        Ok(terms) => terms,
        Err(wrong) => return render(visit, record, Some(wrong.to_owned())),
    };
    let applicant = api.applicant(to.kind);
    let moved = app::transfer(&api.rules, app, &to, applicant, terms, visit.actor(), visit.now());
    let decision = invitation::take_over(&record.invitation, app, visit.actor(), moved, visit.now());
    match visit.settle(decision.provided(visit.has_role(to.id, Role::Owner))).await? {
        Ok(()) => Ok(visit.then(&address(app), "moved")),
        Err(unsettled) => match why_not(&unsettled) {
            Some(wrong) => render(visit, record, Some(wrong.to_owned())),
            None => Ok(over(visit)),
        },
    }
}

/// Why a team cannot have an app, for who would give it one.
pub(super) fn why_not(unsettled: &Unsettled<Objection>) -> Option<&'static str> {
    match unsettled {
        Unsettled::LimitReached => Some("The team has as many apps of this API as it may. Choose another."),
        Unsettled::Refused(Objection::Refused(Refusal::TeamKindNotServed)) => {
            Some("The API does not serve teams of this kind. Choose another.")
        }
        Unsettled::Refused(Objection::Stage { is: Stage::Requested }) => Some(ONLY_ASKED_FOR),
        Unsettled::Refused(_) | Unsettled::Conflict => None,
    }
}

pub(super) const ONLY_ASKED_FOR: &str = "The app is only asked for. It can move when it is approved; until then let the other team ask for one of its own.";
