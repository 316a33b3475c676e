//! Revocation (RFC 7009): an app ends a token of its own, and with it the grant behind it.

use stagedoor_wire::Secret;
use stagedoor_wire::dialect::AccessTokenIssue;
use stagedoor_wire::token_request::ClientCredentials;

use crate::access_token::AccessToken;
use crate::client_authentication::authenticate;
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::question::Facts;
use crate::refresh_token::PresentedToken;
use crate::{Rules, Timestamp};

/// Ends `token`. A token that is unknown, over or another app's changes nothing and is answered alike (RFC 7009 §2.2).
pub fn decide(
    rules: &Rules,
    client: &ClientCredentials,
    token: &Secret,
    facts: &Facts,
    now: Timestamp,
) -> Decision<()> {
    let checked = authenticate(rules, facts.app.as_deref(), client, now);
    let app = match checked.and_then(|(app, proof)| proof.will_do_for(app).map(|()| app)) {
        Ok(app) => app,
        Err(refusal) => return Decision::refuse(refusal),
    };
    let access = AccessToken::verify(rules, token.expose(), now).ok().filter(|token| token.app == app.id);
    let refresh = PresentedToken::read(token).and_then(|token| token.find(rules, app, facts));
    let grant = access.as_ref().and_then(|token| token.grant).or(refresh.map(|grant| grant.id));
    let mut effects = Vec::new();
    if refresh.is_some_and(|grant| grant.revoked.is_some()) {
        // It is over already: nothing to write, however often it is asked.
    } else if let Some(grant) = grant {
        effects.push(Effect::RevokeGrant { grant, at: now });
        let audit = AuditEntry::new(now, app.client_id.as_str(), "token revoked", Subject::Grant(grant));
        effects.push(Effect::Audit(audit));
    } else if let Some(token) = access {
        match rules.dialect.access_token.issue {
            AccessTokenIssue::Fresh => {
                effects.push(Effect::EndToken { nonce: token.nonce, expires: token.expires });
            }
            AccessTokenIssue::ServedAgain if token.epochs.app < app.epoch => {}
            // It has no nonce of its own and would be served again: only a new epoch ends it.
            AccessTokenIssue::ServedAgain => {
                effects.push(Effect::Raise { epoch: EpochOf::App(app.id), at: now });
                let what = "token revoked, and all of the app with it";
                let audit = AuditEntry::new(now, app.client_id.as_str(), what, Subject::App(app.id));
                effects.push(Effect::Audit(audit));
            }
        }
    }
    Decision { reply: Ok(()), effects }
}
