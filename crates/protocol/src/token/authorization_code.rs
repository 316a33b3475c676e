//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).

use rand_core::CryptoRng;
use stagedoor_wire::Secret;
use stagedoor_wire::dialect::WithoutSecret;
use stagedoor_wire::pkce::Verifier;
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::{GrantRequest, TokenRequest};

use super::issue::{GrantStart, Holder, access_token, is_revoked, start_grant};
use crate::app::App;
use crate::client_authentication::{Proof, authenticate};
use crate::code::{Code, CodeState, Handle};
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::question::Facts;
use crate::{Refusal, Rules, Timestamp, opaque, refresh_token};

pub(super) fn decide(
    rules: &Rules,
    request: &TokenRequest,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Decision<TokenAnswer>, Refusal> {
    let GrantRequest::AuthorizationCode { code: presented, redirect_uri, verifier } = &request.grant else {
        return Err(Refusal::GrantForbidden);
    };
    let (app, proof) = authenticate(rules, facts.app.as_deref(), &request.client, now)?;
    let code = find(facts, app, presented)?;
    check_client(rules, app, code, proof)?;
    check_redirect_uri(code, redirect_uri.as_deref())?;
    check_verifier(code, verifier.as_ref())?;
    if let CodeState::Redeemed(grant) = code.state {
        // RFC 6749 §4.1.2: a second use revokes what the first one started. Only a caller who could have used the code
        // gets here, so no one else can end a grant.
        let audit = AuditEntry::new(now, app.client_id.as_str(), "code replayed", Subject::Grant(grant));
        let effects = if is_revoked(facts) {
            Vec::new()
        } else {
            vec![Effect::RevokeGrant { grant, at: now }, Effect::Audit(audit)]
        };
        return Ok(Decision { reply: Err(Refusal::CodeReplayed), effects });
    }
    if code.expires <= now {
        return Err(Refusal::CodeExpired);
    }
    let account = facts.account.as_ref().filter(|known| known.id == code.account);
    let account = account.ok_or(Refusal::CodeUnknown)?;
    let holder = Holder { app, team: &app.owner, account: Some(account) };
    // What rises drops the codes there are, and so does a consent's end; one that was decided before and saved after is
    // found out here.
    let consented = facts.consent.as_ref().is_some_and(|allowed| code.scopes.is_within(allowed));
    if !consented || code.epochs.are_behind(holder.epochs()) {
        return Err(Refusal::CodeUnknown);
    }
    let start = GrantStart {
        scopes: code.scopes.clone(),
        confidential: proof == Proof::Secret,
        authorized: code.authorized,
    };
    let grant = start_grant(rules, &holder, start, now, rng);
    let mut answer = access_token(rules, &holder, Some(&grant), code.scopes.clone(), now, rng);
    if rules.dialect.grants.refresh_token {
        answer.refresh_token = Some(refresh_token::derive(rules, &grant, 1));
    }
    let effects = vec![Effect::RedeemCode { code: code.id, grant: grant.id }, Effect::StartGrant(grant)];
    Ok(Decision { reply: Ok(answer), effects })
}

/// The code's row, if the presented text is its code and it was given to this app (RFC 6749 §4.1.3).
fn find<'a>(facts: &'a Facts, app: &App, presented: &Secret) -> Result<&'a Code, Refusal> {
    let handle = Handle::read(opaque::CODE, presented.expose()).ok_or(Refusal::CodeUnknown)?;
    facts
        .code
        .as_ref()
        .filter(|code| handle.is_of(&code.hash) && code.app == app.id)
        .ok_or(Refusal::CodeUnknown)
}

/// Without a secret only a public app, or where the dialect has it a code with a challenge, will do.
fn check_client(rules: &Rules, app: &App, code: &Code, proof: Proof) -> Result<(), Refusal> {
    let allowed = match rules.dialect.client_authentication.without_secret {
        WithoutSecret::Nobody => false,
        WithoutSecret::PublicApps => app.public && code.challenge.is_some(),
        WithoutSecret::AnyAppWithPkce => code.challenge.is_some(),
    };
    if allowed { Ok(()) } else { proof.by_secret() }
}

fn check_redirect_uri(code: &Code, sent: Option<&str>) -> Result<(), Refusal> {
    match sent {
        None => Err(Refusal::RedirectUriMissing),
        Some(sent) if sent == code.redirect_uri => Ok(()),
        Some(_) => Err(Refusal::RedirectUriMismatch),
    }
}

/// A challenge demands its verifier; a verifier without challenge is a sign of a downgrade (RFC 9700 §4.8.2).
fn check_verifier(code: &Code, sent: Option<&Verifier>) -> Result<(), Refusal> {
    match (code.challenge, sent) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Refusal::VerifierUnexpected),
        (Some(_), None) => Err(Refusal::VerifierMissing),
        (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::VerifierWrong),
    }
}
