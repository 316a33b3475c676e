//! Apps: OAuth clients (RFC 6749 §2), and how one comes to be.

use rand_core::CryptoRng;
use serde::Deserialize;
use stagedoor_wire::dialect::{AppCreation, AppRules, ClientIdForm, UnlistedApps, WithoutSecret};
use stagedoor_wire::{ClientId, RedirectUri};

use crate::access_token::Epochs;
use crate::client_secret::{NewSecret, StoredSecret};
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::{AppId, SecretId, TeamId};
use crate::session::Person;
use crate::team::Team;
use crate::{Refusal, Rules, Timestamp};

/// An app with all that a token request needs.
#[derive(Clone, Debug)]
pub struct App {
    pub id: AppId,
    pub client_id: ClientId,
    pub name: String,
    pub stage: Stage,
    /// Whether it runs where no secret can be kept (RFC 6749 §2.1).
    pub public: bool,
    pub epoch: u32,
    pub redirect_uris: Vec<RedirectUri>,
    pub secrets: Vec<StoredSecret>,
    /// The team that owns it.
    pub owner: Team,
    /// The teams it may act for, the owner included.
    pub teams: Vec<Team>,
}

/// Where an app stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Requested,
    Development,
    Approved,
    Suspended,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Requested, Self::Development, Self::Approved, Self::Suspended];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Development => "development",
            Self::Approved => "approved",
            Self::Suspended => "suspended",
        }
    }

    /// From its stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }

    /// Whether the API's owner lets the app in: always where developers serve themselves, else once approved.
    pub fn is_listed(self, creation: AppCreation) -> bool {
        match creation {
            AppCreation::SelfService => true,
            AppCreation::ByRequest => self == Self::Approved,
        }
    }
}

impl App {
    /// What a person is given now through this app is decided under these.
    pub(crate) fn epochs(&self, person: Person) -> Epochs {
        Epochs { app: self.epoch, team: self.owner.epoch, account: person.epoch }
    }

    /// Whether it gets no tokens and may send no one to authorize it.
    pub fn is_refused(&self, rules: &AppRules) -> bool {
        let unlisted = rules.unlisted == UnlistedApps::RefusedTokens && !self.stage.is_listed(rules.creation);
        unlisted || self.stage == Stage::Suspended
    }
}

/// What a developer enters to get an app.
#[derive(Debug, Clone)]
pub struct NewApp {
    pub team: TeamId,
    pub name: String,
    pub description: String,
    pub redirect_uris: Vec<RedirectUri>,
    pub public: bool,
}

/// An app that is to be.
#[derive(Debug, Clone)]
pub struct CreatedApp {
    pub id: AppId,
    pub client_id: ClientId,
    /// Shown once, or sealed for later viewing, as the dialect has it. None for public apps and requests.
    pub secret: Option<NewSecret>,
}

/// Creates or requests an app. The team's limit is checked again by the commit, where two creations cannot pass at once.
pub fn create(
    rules: &Rules,
    new: NewApp,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<CreatedApp> {
    if new.public && !may_be_public(rules) {
        return Decision::refuse(Refusal::PublicApp);
    }
    if let Some(authorization) = &rules.dialect.authorization {
        for uri in &new.redirect_uris {
            if let Err(why) = uri.check(authorization.redirect_uris) {
                return Decision::refuse(Refusal::RedirectUriInsecure(why));
            }
        }
    }
    let id = AppId::new(now, rng);
    let client_id = new_client_id(rules.dialect.apps.client_id, id, rng);
    let by_request = rules.dialect.apps.creation == AppCreation::ByRequest;
    let stage = if by_request { Stage::Requested } else { Stage::Development };
    let secret = (!new.public && !by_request).then(|| NewSecret::generate(rules, id, "first", now, rng));
    let mut effects = vec![Effect::CreateApp {
        api: rules.api.clone(),
        id,
        client_id: client_id.clone(),
        new: Box::new(new),
        stage,
        at_most: rules.dialect.apps.per_team,
        at: now,
    }];
    effects
        .extend(secret.as_ref().map(|secret| Effect::AddSecret { app: id, secret: secret.stored.clone() }));
    effects.push(Effect::Audit(AuditEntry::new(now, actor, "app created", Subject::App(id))));
    Decision { reply: Ok(CreatedApp { id, client_id, secret }), effects }
}

/// Whether an app that has no secret could do anything.
pub fn may_be_public(rules: &Rules) -> bool {
    rules.dialect.client_authentication.without_secret != WithoutSecret::Nobody
}

/// How many secrets an app may have at a time: enough to rotate one while another is in use.
const MAX_SECRETS: usize = 5;

/// Adds a named secret beside those there are, so that clients can change over while both work.
pub fn add_secret(
    rules: &Rules,
    app: &App,
    name: &str,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<NewSecret> {
    if app.public || app.secrets.len() >= MAX_SECRETS {
        return Decision::refuse(Refusal::LimitReached);
    }
    let secret = NewSecret::generate(rules, app.id, name, now, rng);
    let effects = vec![
        Effect::AddSecret { app: app.id, secret: secret.stored.clone() },
        Effect::Audit(AuditEntry::new(now, actor, "secret added", Subject::App(app.id))),
    ];
    Decision { reply: Ok(secret), effects }
}

/// Removes one secret. Tokens and grants won with it live on; to end those too, regenerate.
pub fn remove_secret(app: AppId, secret: SecretId, actor: &str, now: Timestamp) -> Decision<()> {
    let audit = AuditEntry::new(now, actor, "secret removed", Subject::App(app));
    Decision { reply: Ok(()), effects: vec![Effect::RemoveSecret { app, secret }, Effect::Audit(audit)] }
}

/// Revokes and regenerates: every grant and token of the app ends, its secrets and legacy keys are replaced by one new
/// secret.
pub fn regenerate(
    rules: &Rules,
    app: &App,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<NewSecret> {
    let secret = NewSecret::generate(rules, app.id, "regenerated", now, rng);
    let effects = vec![
        Effect::Raise { epoch: EpochOf::App(app.id), at: now },
        Effect::RemoveSecrets { app: app.id },
        Effect::RemoveLegacyKeys { app: app.id },
        Effect::AddSecret { app: app.id, secret: secret.stored.clone() },
        Effect::Audit(AuditEntry::new(now, actor, "client revoked and regenerated", Subject::App(app.id))),
    ];
    Decision { reply: Ok(secret), effects }
}

/// Moves an app to another stage. Tokens say whether the API lets their app in, so leaving `approved` ends them.
pub fn set_stage(app: AppId, stage: Stage, actor: &str, now: Timestamp) -> Decision<()> {
    let mut effects = vec![Effect::SetStage { app, stage }];
    if stage != Stage::Approved {
        effects.push(Effect::Raise { epoch: EpochOf::App(app), at: now });
    }
    effects.push(Effect::Audit(AuditEntry::new(now, actor, stage.as_str(), Subject::App(app))));
    Decision { reply: Ok(()), effects }
}

fn new_client_id(form: ClientIdForm, id: AppId, rng: &mut impl CryptoRng) -> ClientId {
    let text = match form {
        ClientIdForm::Hex32 => {
            let mut bytes = [0u8; 16];
            rng.fill_bytes(&mut bytes);
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        ClientIdForm::Decimal => id.0.to_string(),
    };
    // Hexadecimal digits and decimal numbers are unreserved characters, so this cannot fail.
    ClientId::new(&text).unwrap_or_else(|_| unreachable!("{text} is a client id"))
}
