//! What administrators decide: the changes they make, what those expect, and why one is not made.
//!
//! Each noun has its own decisions (`account`, `team`, `app`, `legacy_key`, `grant`); the admin socket, pages and
//! `stagedoor apply` all go through them, so that one audit log covers everything.

use stagedoor_wire::RedirectUri;

use crate::account::Email;
use crate::admin_credential::AdminCredential;
use crate::app::Stage;
use crate::id::{AccountId, AppId, CredentialId, InvitationId, SessionId, TeamId};
use crate::invitation::Invitation;
use crate::team::{Role, TeamKind};
use crate::usage::Day;
use crate::{Refusal, Timestamp};

/// One change to accounts, teams, apps or credentials that administer. Changing what does not exist is a conflict; removing it is not.
#[derive(Debug, Clone)]
pub enum Change {
    RenameAccount {
        account: AccountId,
        name: String,
    },
    /// The credentials that an administrator made end with being one.
    SetAdministrator {
        account: AccountId,
        administrator: bool,
    },
    /// A suspended account cannot sign in. What was issued to it ends by its epoch.
    SetAccountSuspended {
        account: AccountId,
        suspended: bool,
    },
    /// Nobody signs in to an account before its e-mail is confirmed. New ones are.
    SetAccountConfirmed {
        account: AccountId,
        confirmed: bool,
    },
    /// The hash is a PHC string of argon2id.
    SetPassword {
        account: AccountId,
        password_hash: String,
    },
    RenameTeam {
        team: TeamId,
        name: String,
    },
    SetTeamKind {
        team: TeamId,
        kind: TeamKind,
    },
    /// A member who is one already changes role. Unless they are an owner now, the invitations they made are over.
    SetMember {
        team: TeamId,
        account: AccountId,
        role: Role,
    },
    /// The invitations they made are over, too.
    RemoveMember {
        team: TeamId,
        account: AccountId,
    },
    DescribeApp {
        app: AppId,
        name: String,
        description: String,
        website: String,
        purpose: String,
    },
    /// Expects that no review was asked for.
    AskForReview {
        app: AppId,
        purpose: String,
        at: Timestamp,
    },
    /// Expects that one was.
    EndReview {
        app: AppId,
    },
    /// Expects the app to belong to `from`, and `to` to have fewer than `at_most` apps of its API. What was the old team's is
    /// gone: its redirect URIs, website and purpose, the review it asked for, its acting for other teams, people's consents,
    /// and its list of users. Raise its epoch in the same decision, for tokens say whose they are.
    MoveApp {
        app: AppId,
        from: TeamId,
        to: TeamId,
        /// The version of the API's terms that the new team accepted.
        terms: Option<String>,
        at_most: Option<u32>,
    },
    SaveInvitation(Invitation),
    /// Expects it to be there: of two who use it, one does.
    EndInvitation {
        invitation: InvitationId,
    },
    /// All of them, in their order.
    SetRedirectUris {
        app: AppId,
        redirect_uris: Vec<RedirectUri>,
    },
    /// The owner is not among the teams this can end.
    StopActingFor {
        app: AppId,
        team: TeamId,
    },
    /// Removes an app and everything that hangs on it. Raise its epoch in the same decision, so that no token outlives it.
    RemoveApp {
        app: AppId,
    },
    SetLegacyKeyEnd {
        key: LegacyKeyName,
        ends: Option<Timestamp>,
    },
    RemoveLegacyKey {
        key: LegacyKeyName,
    },
    AddCredential(AdminCredential),
    RemoveCredential {
        credential: CredentialId,
    },
    NoteCredentialUse {
        credential: CredentialId,
        day: Day,
    },
}

/// What names a legacy key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyKeyName {
    /// The API's name.
    pub api: String,
    /// The text of the id header.
    pub id: String,
}

/// What a decision rests on and its commit makes sure of: if it does not hold any more, that is a conflict.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// None who can sign in.
    NoAdministrator,
    /// One who can sign in, besides this account.
    AnotherAdministrator(AccountId),
    /// No team has this name.
    TeamNameFree(String),
    Stage {
        app: AppId,
        stage: Stage,
    },
    /// Not as many as this. If it does not hold, a limit is reached.
    FewerSecrets {
        app: AppId,
        than: u32,
    },
    /// Not in as many as this. If it does not hold, a limit is reached.
    FewerTeams {
        account: AccountId,
        than: u32,
    },
    /// Nothing the app was given has been ended since.
    AppEpoch {
        app: AppId,
        epoch: u32,
    },
    /// Not as many that are good at this time. If it does not hold, a limit is reached.
    FewerInvitations {
        team: TeamId,
        than: u32,
        at: Timestamp,
    },
    Member {
        team: TeamId,
        account: AccountId,
        role: Role,
    },
    /// One who may do everything, besides this account.
    AnotherOwner {
        team: TeamId,
        than: AccountId,
    },
    /// The account stands as it did.
    AccountIs {
        account: AccountId,
        epoch: u32,
        password_hash: String,
        confirmed: bool,
    },
    /// The session is on: it was not ended, nor everything of its account, which is not suspended.
    SignedIn(SessionId),
    /// The account administers, and is not suspended.
    Administrator(AccountId),
    /// The account has at least this role in the team.
    AtLeast {
        team: TeamId,
        account: AccountId,
        role: Role,
    },
    /// The app has this name, and belongs to this team.
    AppIs {
        app: AppId,
        name: String,
        team: TeamId,
    },
    /// The app belongs to this team, and is not suspended.
    AppOf {
        app: AppId,
        team: TeamId,
    },
    /// The credential was not revoked.
    Credential(CredentialId),
}

/// Why an administrator's change is not made. The texts are for people and say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("there is an account with the e-mail {} already", .0.as_str())]
    EmailTaken(Email),
    #[error("a team has this name already")]
    TeamNameTaken,
    #[error("the API has a legacy key with this id already")]
    LegacyKeyTaken,
    #[error("there is an administrator who can sign in already")]
    AdministratorExists,
    #[error("no other administrator would be left who can sign in")]
    LastAdministrator,
    #[error("the app is {}", .is.as_str())]
    Stage { is: Stage },
    #[error("the end lies in the past")]
    EndInThePast,
    #[error("a review was asked for already")]
    ReviewAsked,
    #[error("no review was asked for")]
    NoReviewAsked,
    #[error("no other owner would be left in the team")]
    LastOwner,
    #[error("they are a member already")]
    AlreadyMember,
    #[error("the invitation is over, or for someone else")]
    InvitationOver,
    #[error("another credential has this name")]
    CredentialNameTaken,
    #[error("the end is more than {days} days away")]
    EndTooFar { days: i64 },
}
