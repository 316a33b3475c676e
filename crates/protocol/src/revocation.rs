//! Revocation (RFC 7009): an app ends a token of its own, and with it the grant behind it.

use stagedoor_wire::Secret;
use stagedoor_wire::token_request::ClientCredentials;

use crate::access_token::AccessToken;
use crate::app::App;
use crate::client_authentication::authenticate;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::question::Facts;
use crate::refresh_token::PresentedToken;
use crate::{Refusal, Rules, Timestamp};

/// Ends `token`. A token that is unknown, over or another app's changes nothing and is answered alike (RFC 7009 §2.2).
pub fn decide(
    rules: &Rules,
    client: &ClientCredentials,
    token: &Secret,
    facts: &Facts,
    now: Timestamp,
) -> Decision<()> {
    let app = match authenticate_any(rules, client, facts, now) {
        Ok(app) => app,
        Err(refusal) => return Decision::refuse(refusal),
    };
    let access = AccessToken::verify(rules, token.expose(), now).ok().filter(|token| token.app == app.id);
    let presented = PresentedToken::read(token);
    let refresh = facts.grant.as_ref().filter(|grant| {
        grant.app == app.id && presented.is_some_and(|presented| presented.is_of(rules, grant))
    });
    let grant = access.as_ref().and_then(|token| token.grant).or(refresh.map(|grant| grant.id));
    let mut effects = Vec::new();
    if let Some(grant) = grant {
        effects.push(Effect::RevokeGrant { grant, at: now });
        let audit = AuditEntry::new(now, app.client_id.as_str(), "token revoked", Subject::Grant(grant));
        effects.push(Effect::Audit(audit));
    } else if let Some(token) = access {
        effects.push(Effect::EndToken { nonce: token.nonce, expires: token.expires });
    }
    Decision { reply: Ok(()), effects }
}

/// RFC 7009 §2.1: a public client names itself, a confidential one proves itself.
fn authenticate_any<'a>(
    rules: &Rules,
    client: &ClientCredentials,
    facts: &'a Facts,
    now: Timestamp,
) -> Result<&'a App, Refusal> {
    let (app, proof) = authenticate(rules, facts.app.as_deref(), client, now)?;
    if !app.public {
        proof.by_secret()?;
    }
    Ok(app)
}
