//! Apps: OAuth clients (RFC 6749 §2), and how one comes to be.

mod acts_for;
mod change;
mod review;
mod secrets;
mod stage;
mod transfer;
mod website;

use rand_core::CryptoRng;
use stagedoor_wire::dialect::{AppCreation, AppRules, ClientIdForm, UnlistedApps, WithoutSecret};
use stagedoor_wire::{ClientId, RedirectUri};

use crate::access_token::Epochs;
use crate::client_secret::{NewSecret, StoredSecret};
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::{AppId, TeamId};
use crate::session::Person;
use crate::team::{Team, TeamKind};
use crate::{Refusal, Rules, Timestamp};

pub use acts_for::stop_acting_for;
pub use change::{AppChange, AppRecord, change};
pub use review::{answer_review, ask_for_review, can_be_reviewed, read_sentence};
pub use secrets::{SecretTerms, add_secret, regenerate, remove_secret, revoke, view_secret};
pub use stage::{DECLINED, Stage, approve, decline, remove, resume, set_stage, suspend};
pub use transfer::transfer;
pub use website::{InvalidWebsite, read_website};

/// An app with all that a token request needs.
#[derive(Clone, Debug)]
pub struct App {
    pub id: AppId,
    pub client_id: ClientId,
    pub name: String,
    pub stage: Stage,
    /// Whether an administrator approved it as it is: under this name, of this team.
    pub reviewed: bool,
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
    /// How it will use the API, for whoever lets apps in.
    pub purpose: String,
    /// The version of the API's terms that was accepted.
    pub terms: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub public: bool,
}

/// A team that wants an app, and the kinds of teams that the API serves; none named are all.
#[derive(Debug, Clone, Copy)]
pub struct Applicant<'a> {
    pub kind: TeamKind,
    pub served: &'a [TeamKind],
}

impl Applicant<'_> {
    /// Whether it is one of these.
    pub fn is_served(self) -> bool {
        self.served.is_empty() || self.served.contains(&self.kind)
    }
}

/// An app that is to be.
#[derive(Debug, Clone)]
pub struct CreatedApp {
    pub id: AppId,
    pub client_id: ClientId,
    /// Shown once, or sealed for later viewing, as the dialect has it. None for public apps and requests.
    pub secret: Option<NewSecret>,
}

/// Creates or requests an app under an id of the caller's: a form that is sent twice has one, and the second commit is a
/// conflict. The team's limit is checked again by the commit, where two creations cannot pass at once.
pub fn create(
    rules: &Rules,
    id: AppId,
    new: NewApp,
    applicant: Applicant<'_>,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<CreatedApp> {
    if !applicant.is_served() {
        return Decision::refuse(Refusal::TeamKindNotServed);
    }
    if new.public && !may_be_public(rules) {
        return Decision::refuse(Refusal::PublicApp);
    }
    if let Err(refusal) = check_redirect_uris(rules, &new.redirect_uris) {
        return Decision::refuse(refusal);
    }
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

/// As many redirect URIs as an app may have.
pub const MAX_REDIRECT_URIS: usize = 50;

/// Each is as the dialect has it, and they are not too many.
fn check_redirect_uris(rules: &Rules, uris: &[RedirectUri]) -> Result<(), Refusal> {
    if uris.len() > MAX_REDIRECT_URIS {
        return Err(Refusal::TooManyRedirectUris);
    }
    let Some(authorization) = &rules.dialect.authorization else { return Ok(()) };
    let check =
        |uri: &RedirectUri| uri.check(authorization.redirect_uris).map_err(Refusal::RedirectUriInsecure);
    uris.iter().try_for_each(check)
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
