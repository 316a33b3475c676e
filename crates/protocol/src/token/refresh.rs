//! Refreshing (RFC 6749 §6, RFC 9700 §4.14.2): never loses a client whose answer was lost, never serves two heirs.

use rand_core::CryptoRng;
use stagedoor_wire::dialect::{ActiveGrants, RefreshTokenRules, Rotation};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::TokenRequest;
use stagedoor_wire::{Scopes, Secret};

use super::issue::{Holder, access_token};
use crate::app::App;
use crate::client_authentication::{Proof, authenticate};
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::grant::{ActiveGrant, Again, Grant, Presentation, Succession};
use crate::question::Facts;
use crate::refresh_token::{self, PresentedToken};
use crate::{Refusal, Rules, Timestamp};

pub(super) fn decide(
    rules: &Rules,
    request: &TokenRequest,
    token: &Secret,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Decision<TokenAnswer>, Refusal> {
    let refresh = rules.dialect.refresh_token.as_ref().ok_or(Refusal::GrantForbidden)?;
    let (app, proof) = authenticate(rules, facts.app.as_deref(), &request.client, now)?;
    let presented = PresentedToken::read(token).ok_or(Refusal::RefreshTokenUnknown)?;
    let grant = presented.find(rules, app, facts).ok_or(Refusal::RefreshTokenUnknown)?;
    check_client(grant, proof)?;
    let holder = Holder::of_live_grant(grant, app, facts.account.as_ref()).ok_or(Refusal::GrantRevoked)?;
    if grant.ends(refresh.ends).is_some_and(|ends| ends <= now) {
        return Err(Refusal::RefreshTokenEnded);
    }
    let Some(succession) = succeed(refresh, app, grant, facts.again, presented.generation, now) else {
        let audit =
            AuditEntry::new(now, app.client_id.as_str(), "refresh token replayed", Subject::Grant(grant.id));
        let effects = vec![Effect::RevokeGrant { grant: grant.id, at: now }, Effect::Audit(audit)];
        return Ok(Decision { reply: Err(Refusal::RefreshTokenReplayed), effects });
    };
    let scopes = narrow(grant, request.scopes.as_ref(), rules.dialect.scopes.drop_unknown)?;
    let mut answer = access_token(rules, &holder, Some(grant), scopes, now, rng);
    answer.refresh_token = match refresh.rotation {
        Rotation::Kept => None,
        Rotation::Echoed => Some(token.clone()),
        Rotation::Rotated => {
            Some(refresh_token::derive(rules, grant, presented.generation.saturating_add(1)))
        }
    };
    let mut effects = succession;
    // People's grants stand beside the app's own and are not counted.
    if refresh.active_grants == ActiveGrants::OnePerApp && grant.account.is_none() {
        let until = now.plus_seconds(i64::from(rules.dialect.access_token.seconds));
        effects.push(Effect::ExtendActiveGrant { app: app.id, now: ActiveGrant { grant: grant.id, until } });
    }
    Ok(Decision { reply: Ok(answer), effects })
}

/// A grant won with a secret needs it again (RFC 6749 §6).
fn check_client(grant: &Grant, proof: Proof) -> Result<(), Refusal> {
    if grant.confidential { proof.by_secret() } else { Ok(()) }
}

/// What the use of `generation` changes; `None` for a replay.
fn succeed(
    rules: &RefreshTokenRules,
    app: &App,
    grant: &Grant,
    again: Again,
    generation: u32,
    now: Timestamp,
) -> Option<Vec<Effect>> {
    if rules.rotation != Rotation::Rotated {
        return Some(Vec::new());
    }
    let audit =
        |what| Effect::Audit(AuditEntry::new(now, app.client_id.as_str(), what, Subject::Grant(grant.id)));
    let advance = || Effect::Present {
        grant: grant.id,
        was: grant.succession.presented,
        now: Succession { presented: generation, at: now },
    };
    match grant.presentation(generation, again, rules.lost_answer, now) {
        Presentation::First => Some(vec![advance()]),
        Presentation::Race => Some(Vec::new()),
        Presentation::Retry => match again.with(generation) {
            None => Some(Vec::new()),
            Some(now) => Some(vec![
                Effect::PresentAgain { grant: grant.id, now },
                audit("refresh token presented again"),
            ]),
        },
        Presentation::Replay => None,
        Presentation::Ahead => Some(vec![advance(), audit("refresh token newer than the database adopted")]),
    }
}

/// RFC 6749 §6: a refresh may ask for less, never for more. Where a dialect drops scopes it does not know, it does here.
fn narrow(grant: &Grant, asked: Option<&Scopes>, drop_unknown: bool) -> Result<Scopes, Refusal> {
    match asked {
        None => Ok(grant.scopes.clone()),
        Some(asked) if asked.is_within(&grant.scopes) => Ok(asked.clone()),
        Some(asked) if drop_unknown => Ok(asked.intersection(&grant.scopes)),
        Some(_) => Err(Refusal::Scope),
    }
}
