//! An app's secrets: added, removed, and replaced together with all that was won by them.

use rand_core::CryptoRng;
use stagedoor_wire::Secret;

use super::App;
use crate::administration::Expectation;
use crate::client_secret::{NewSecret, StoredSecret};
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::{AppId, SecretId};
use crate::{Refusal, Rules, Timestamp};

/// How many secrets an app may have at a time: enough to rotate one while another is in use.
const MAX_SECRETS: u32 = 5;

/// What a secret is called and when it ends.
#[derive(Debug, Clone, Copy)]
pub struct SecretTerms<'a> {
    pub name: &'a str,
    pub expires: Option<Timestamp>,
}

/// Adds a named secret beside those there are, so that clients can change over while both work. The commit counts them again.
pub fn add_secret(
    rules: &Rules,
    app: &App,
    terms: SecretTerms<'_>,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<NewSecret> {
    if app.public || app.secrets.len() >= MAX_SECRETS as usize {
        return Decision::refuse(Refusal::LimitReached);
    }
    let mut secret = NewSecret::generate(rules, app.id, terms.name, now, rng);
    secret.stored.expires = terms.expires;
    let what = format!("secret added: {}", terms.name);
    let effects = vec![
        Effect::Expect(Expectation::FewerSecrets { app: app.id, than: MAX_SECRETS }),
        Effect::AddSecret { app: app.id, secret: secret.stored.clone() },
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(app.id))),
    ];
    Decision { reply: Ok(secret), effects }
}

/// Removes one secret. Tokens and grants won with it live on; to end those too, regenerate.
pub fn remove_secret(app: AppId, secret: SecretId, actor: &str, now: Timestamp) -> Decision<()> {
    let audit = AuditEntry::new(now, actor, "secret removed", Subject::App(app));
    Decision { reply: Ok(()), effects: vec![Effect::RemoveSecret { app, secret }, Effect::Audit(audit)] }
}

/// Shows a secret's text again, where the dialect has it kept; the audit log tells who saw it.
pub fn view_secret(
    rules: &Rules,
    app: AppId,
    secret: &StoredSecret,
    actor: &str,
    now: Timestamp,
) -> Decision<Secret, NotKept> {
    let Some(text) = secret.unseal(rules) else { return Decision::refuse(NotKept) };
    let what = format!("secret viewed: {}", secret.name);
    let audit = AuditEntry::new(now, actor, &what, Subject::App(app));
    Decision { reply: Ok(text), effects: vec![Effect::Audit(audit)] }
}

/// The secret's text is not kept, or the key it was sealed under is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret's text is not kept")]
pub struct NotKept;

/// Revokes and regenerates: every grant and token of the app ends, its secrets and legacy keys are replaced by one new
/// secret. Of two who do it at the same moment one is told so, for the secret of the first would end with the second.
pub fn regenerate(
    rules: &Rules,
    app: &App,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<NewSecret> {
    let secret = NewSecret::generate(rules, app.id, "regenerated", now, rng);
    let [expected, raised] = end_all(app, now);
    let effects = vec![
        expected,
        raised,
        Effect::RemoveSecrets { app: app.id },
        Effect::RemoveLegacyKeys { app: app.id },
        Effect::AddSecret { app: app.id, secret: secret.stored.clone() },
        Effect::Audit(AuditEntry::new(now, actor, "client revoked and regenerated", Subject::App(app.id))),
    ];
    Decision { reply: Ok(secret), effects }
}

/// Ends every grant and token of an app that has no secret.
pub fn revoke(app: &App, actor: &str, now: Timestamp) -> Decision<()> {
    let [expected, raised] = end_all(app, now);
    let line = AuditEntry::new(now, actor, "client revoked", Subject::App(app.id));
    Decision { reply: Ok(()), effects: vec![expected, raised, Effect::Audit(line)] }
}

fn end_all(app: &App, now: Timestamp) -> [Effect; 2] {
    [
        Effect::Expect(Expectation::AppEpoch { app: app.id, epoch: app.epoch }),
        Effect::Raise { epoch: EpochOf::App(app.id), at: now },
    ]
}
