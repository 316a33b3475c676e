//! What surrounds every page of the dashboard: where one is, whose it is, and what was just done.

use stagedoor_protocol::team::{Role, TeamRecord};

use super::BASE;
use super::apps::first_team;
use super::teams::has_access_page;
use super::visit::{SignedIn, Visit};
use crate::browser::{form_token, script, stylesheet};

/// Which entry of the navigation a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Here {
    Apps,
    Team,
    ApiAccess,
    Connections,
    Nowhere,
    Requests,
    Apis,
    Accounts,
    AllTeams,
    AllApps,
    Audit,
    Credentials,
    Database,
    Account,
}

/// What the template around a page shows.
pub(super) struct Layout<'a> {
    pub(super) stylesheet: &'static str,
    pub(super) script: &'static str,
    pub(super) email: &'a str,
    pub(super) administrator: bool,
    pub(super) teams: &'a [(TeamRecord, Role)],
    /// The team that the page is about, or the one that comes first for them.
    pub(super) team: Option<&'a (TeamRecord, Role)>,
    pub(super) here: Here,
    /// What was just done.
    pub(super) done: Option<&'static str>,
    /// Of the form that signs out.
    pub(super) sign_out_token: String,
}

impl Layout<'_> {
    /// Whether the team has the page "API Access".
    pub(super) fn has_api_access(&self) -> bool {
        self.team.is_some_and(|(team, _)| has_access_page(team.kind))
    }

    pub(super) fn is(&self, here: Here) -> bool {
        self.here == here
    }
}

impl<'a> Layout<'a> {
    /// For a page that needs someone signed in.
    pub(super) fn of(visit: &'a Visit<'_>, signed_in: &'a SignedIn, here: Here) -> Self {
        Self {
            stylesheet: stylesheet(),
            script: script(),
            email: &signed_in.session.account.email,
            administrator: signed_in.administrator,
            teams: &signed_in.memberships,
            team: visit.team.as_ref().or_else(|| first_team(visit, signed_in)),
            here,
            done: visit.query("done").and_then(done),
            sign_out_token: form_token::make(&visit.door(), &signed_in.cookie, &format!("{BASE}/sign-out")),
        }
    }
}

/// The sentence that an address may ask for.
pub(super) fn done(name: &str) -> Option<&'static str> {
    Some(match name {
        "created" => "The app is made.",
        "requested" => "Your request was sent. An administrator answers it; the answer stands here.",
        "created-already" => "The form was sent twice, and taken once.",
        "app-created-already" => {
            "The form was sent twice, and taken once. A secret is shown once: if you did not keep it, make another."
        }
        "ended-already" => {
            "Nothing was done: the app has changed since that form was shown. A new secret is shown once; if you did not keep it, \
             make another."
        }
        "approved" => "Approved. The team sees the client id now, and can make a secret.",
        "review-approved" => "Approved. The app is out of development, and serves everyone.",
        "declined" => "Declined: the request is gone.",
        "suspended" => {
            "Kept out: every session, grant and token of the account has ended, with the invitations it sent and the credentials it made."
        }
        "app-suspended" => "Suspended: everything the app was given has ended.",
        "app-resumed" => "Resumed. What ended stays ended: it asks for new tokens.",
        "resumed" => "The account can sign in again. What ended stays ended.",
        "signed-out" => "Every session, grant and token of the account has ended.",
        "password-set" => "The password is set. Whoever was signed in with the one before is signed out.",
        "password-changed" => "The password is changed, and your other browsers are signed out.",
        "saved" => "Saved.",
        "credential-revoked" => "The credential is revoked. Whoever still uses it is refused from now on.",
        "secret-deleted" => "The secret is deleted. Whoever still uses it is refused from now on.",
        "user-added" => {
            "Added. They can use the app; if they signed in to it before, once its token is renewed or they sign in again."
        }
        "user-removed" => "Removed. What they had allowed the app has ended.",
        "review-asked" => "Asked. The answer will stand here.",
        "answered" => "Answered. The team reads it in the app's settings.",
        "deleted" => "The app is deleted, and everything issued to it has ended.",
        "team-created" => "The team is made, and you own it.",
        "member-removed" => "Removed. The team's apps are theirs no more.",
        "left" => "You left the team.",
        "invitation-withdrawn" => "Withdrawn: the link leads nowhere any more.",
        "joined" => "You are a member now.",
        "acting-ended" => "Ended. That app reaches the team’s data no more.",
        "moved" => {
            "The app has moved. What it had has ended: secrets, redirect URIs and website stay with the other team. Add its own."
        }
        "all-revoked" => "Revoked: everything the app was given has ended. People sign in to it again.",
        "revoked" => "Revoked. The app's next call is refused.",
        _ => return None,
    })
}
