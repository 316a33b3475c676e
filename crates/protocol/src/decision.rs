//! What a flow gives back: a reply, and effects that are committed as one before the reply is sent.

use std::net::IpAddr;
use std::sync::Arc;

use stagedoor_wire::{ClientId, Scopes};

use crate::administration::{Change, Expectation};
use crate::app::{NewApp, Stage};
use crate::client_secret::StoredSecret;
use crate::code::{Code, Hash};
use crate::device::{Device, DeviceState};
use crate::grant::{ActiveGrant, Again, Grant, Succession};
use crate::id::{AccountId, AppId, CodeId, CredentialId, DeviceId, GrantId, SecretId, SessionId, TeamId};
use crate::idempotency::{CallName, Fingerprint, KeptAnswer};
use crate::keys::{KeyId, Tag};
use crate::team::TeamKind;
use crate::usage::AppUsage;
use crate::{Refusal, Timestamp};

/// A reply and the effects it rests on. A refusal may carry effects too: a replayed code revokes its grant.
#[derive(Debug)]
pub struct Decision<T, R = Refusal> {
    pub reply: Result<T, R>,
    pub effects: Vec<Effect>,
}

impl<T, R> Decision<T, R> {
    /// A refusal that changes nothing.
    pub fn refuse(refusal: R) -> Self {
        Self { reply: Err(refusal), effects: Vec::new() }
    }

    /// A reply that changes nothing.
    pub fn reply(reply: T) -> Self {
        Self { reply: Ok(reply), effects: Vec::new() }
    }

    /// The same, done only where these hold at its commit. What changes nothing needs nothing.
    pub fn provided(mut self, expectations: impl IntoIterator<Item = Expectation>) -> Self {
        if !self.effects.is_empty() {
            self.effects.splice(..0, expectations.into_iter().map(Effect::Expect));
        }
        self
    }

    /// The same, and its lines of the audit log say by which way it came.
    pub fn by_way_of(mut self, origin: Origin<'_>) -> Self {
        origin.mark(&mut self.effects);
        self
    }
}

/// By which way something came, for the audit log.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Origin<'a> {
    /// Such as `admin socket`.
    pub way: &'a str,
    /// Where it came over the network.
    pub address: Option<IpAddr>,
}

impl Origin<'_> {
    /// Says it in the lines of the audit log that are among these.
    pub fn mark(self, effects: &mut [Effect]) {
        for effect in effects {
            if let Effect::Audit(entry) = effect {
                self.way.clone_into(&mut entry.origin);
                entry.address = self.address;
            }
        }
    }
}

/// One change. Those that consume something name the state they expect; when it has changed meanwhile, the commit is a
/// conflict, nothing of the decision is done, and it is made anew.
#[derive(Debug, Clone)]
pub enum Effect {
    SaveCode(Code),
    /// Expects the code to be unused.
    RedeemCode {
        code: CodeId,
        grant: GrantId,
    },
    StartGrant(Grant),
    /// Expects the grant alive and its succession at `was`.
    Present {
        grant: GrantId,
        was: u32,
        now: Succession,
    },
    /// Notes that the newest token was presented again. Expects the grant alive, that generation the highest presented, and
    /// not noted before.
    PresentAgain {
        grant: GrantId,
        now: Again,
    },
    RevokeGrant {
        grant: GrantId,
        at: Timestamp,
    },
    /// Ends all grants of one person for one app, and the codes and allowed devices that could still start one.
    RevokeGrantsOf {
        app: AppId,
        account: AccountId,
        at: Timestamp,
    },
    /// Expects the app's active grant to be `was`.
    TakeActiveGrant {
        app: AppId,
        was: Option<ActiveGrant>,
        now: ActiveGrant,
    },
    /// Expects the app's active grant to be this one, or none; its end only moves later.
    ExtendActiveGrant {
        app: AppId,
        now: ActiveGrant,
    },
    /// Raises an epoch: everything issued under the former one ends, with the codes and allowed devices that could still
    /// start a grant, and the credentials and invitations that an account made.
    Raise {
        epoch: EpochOf,
        at: Timestamp,
    },
    SaveConsent {
        app: AppId,
        account: AccountId,
        scopes: Scopes,
        at: Timestamp,
    },
    EndConsent {
        app: AppId,
        account: AccountId,
    },
    /// Expects fewer than `at_most` apps of that API in the team.
    CreateApp {
        api: Arc<str>,
        id: AppId,
        client_id: ClientId,
        new: Box<NewApp>,
        stage: Stage,
        at_most: Option<u32>,
        at: Timestamp,
    },
    CreateAccount {
        id: AccountId,
        /// Lower case.
        email: String,
        name: String,
        /// PHC string of argon2id.
        password_hash: String,
        at: Timestamp,
    },
    CreateTeam {
        id: TeamId,
        name: String,
        kind: TeamKind,
        at: Timestamp,
    },
    /// Lets an app act for a team besides its owner.
    LetActFor {
        app: AppId,
        team: TeamId,
    },
    AddLegacyKey {
        api: Arc<str>,
        /// The text of the id header.
        id: String,
        app: AppId,
        key: KeyId,
        hash: Tag,
        ends: Option<Timestamp>,
    },
    AddSecret {
        app: AppId,
        secret: StoredSecret,
    },
    RemoveSecret {
        app: AppId,
        secret: SecretId,
    },
    /// Removes all of an app's secrets.
    RemoveSecrets {
        app: AppId,
    },
    /// Removes all of an app's legacy keys.
    RemoveLegacyKeys {
        app: AppId,
    },
    SetStage {
        app: AppId,
        stage: Stage,
    },
    /// Expects fewer than `at_most` people on the app's list.
    ListUser {
        app: AppId,
        account: AccountId,
        at_most: Option<u32>,
    },
    UnlistUser {
        app: AppId,
        account: AccountId,
    },
    StartSession {
        id: SessionId,
        hash: Hash,
        account: AccountId,
        epoch: u32,
        /// For its person: `Firefox on Linux`.
        browser: Option<String>,
        at: Timestamp,
        expires: Timestamp,
    },
    EndSession {
        id: SessionId,
    },
    /// Ends all of an account's sessions but one.
    EndOtherSessions {
        account: AccountId,
        than: SessionId,
    },
    /// Ends one access token that no grant stands behind.
    EndToken {
        nonce: u64,
        expires: Timestamp,
    },
    /// Ends what rests on a key: revokes grants, removes secrets and legacy keys, forgets what was kept to be viewed again.
    EndAllUnder {
        key: KeyId,
        at: Timestamp,
    },
    StartDevice(Device),
    /// Expects the device's state to be `was`.
    DecideDevice {
        device: DeviceId,
        was: DeviceState,
        now: DeviceState,
    },
    /// Notes a poll and the interval from now on.
    PollDevice {
        device: DeviceId,
        at: Timestamp,
        interval_seconds: u32,
    },
    /// What an administrator changes.
    Administer(Change),
    /// Expects this to hold, and changes nothing.
    Expect(Expectation),
    Audit(AuditEntry),
    /// Notes that a call with an idempotency key is done. Expects that key to be new within a day.
    BeginCall {
        name: CallName,
        request: Fingerprint,
        at: Timestamp,
    },
    /// What a call that was begun was answered.
    KeepAnswer {
        name: CallName,
        answer: KeptAnswer,
    },
    /// Adds to what an app has done. Of an app that is gone nothing is kept.
    CountUsage(Arc<AppUsage>),
}

/// Whose an epoch is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EpochOf {
    App(AppId),
    Team(TeamId),
    Account(AccountId),
}

/// What has ended or an audit entry is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    App(AppId),
    Team(TeamId),
    Account(AccountId),
    Grant(GrantId),
    /// Of the key file.
    Key(KeyId),
    /// Of a program that administers.
    Credential(CredentialId),
    /// All of it.
    Server,
}

impl Subject {
    /// What it is, and its id: as they are stored and shown.
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::App(id) => ("app", id.0),
            Self::Team(id) => ("team", id.0),
            Self::Account(id) => ("account", id.0),
            Self::Grant(id) => ("grant", id.0),
            Self::Key(id) => ("key", i64::from(id.0)),
            Self::Credential(id) => ("credential", id.0),
            Self::Server => ("server", 0),
        }
    }

    /// From these parts.
    pub fn from_parts(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "app" => Some(Self::App(AppId(id))),
            "team" => Some(Self::Team(TeamId(id))),
            "account" => Some(Self::Account(AccountId(id))),
            "grant" => Some(Self::Grant(GrantId(id))),
            "credential" => Some(Self::Credential(CredentialId(id))),
            "server" => Some(Self::Server),
            "key" => u16::try_from(id).ok().map(|id| Self::Key(KeyId(id))),
            _ => None,
        }
    }
}

impl From<EpochOf> for Subject {
    fn from(epoch: EpochOf) -> Self {
        match epoch {
            EpochOf::App(id) => Self::App(id),
            EpochOf::Team(id) => Self::Team(id),
            EpochOf::Account(id) => Self::Account(id),
        }
    }
}

/// A line of the audit log. It never holds a secret or token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// Who did it: an account's e-mail, a client id, a user of this machine as `uid 1000`, or `stagedoor`.
    pub actor: String,
    /// By which way it came, such as `admin socket`; empty where that is the API itself.
    pub origin: String,
    /// From where it came, over the network.
    pub address: Option<IpAddr>,
    pub what: String,
    pub subject: Subject,
}

impl AuditEntry {
    /// An entry.
    pub fn new(at: Timestamp, actor: &str, what: &str, subject: Subject) -> Self {
        let (actor, what) = (actor.to_owned(), what.to_owned());
        Self { at, actor, origin: String::new(), address: None, what, subject }
    }
}
