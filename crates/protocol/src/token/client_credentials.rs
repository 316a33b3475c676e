//! Client credentials (RFC 6749 §4.4): a token for the app itself. Writes no row, unless the dialect gives a refresh
//! token too.

use rand_core::CryptoRng;
use stagedoor_wire::Scopes;
use stagedoor_wire::dialect::ActiveGrants;
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::TokenRequest;

use super::issue::{GrantStart, Holder, access_token, known_scopes, start_grant};
use crate::app::App;
use crate::client_authentication::authenticate;
use crate::decision::{Decision, Effect};
use crate::grant::ActiveGrant;
use crate::id::TeamId;
use crate::question::Facts;
use crate::team::Team;
use crate::{Refusal, Rules, Timestamp, refresh_token};

pub(super) fn decide(
    rules: &Rules,
    request: &TokenRequest,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Decision<TokenAnswer>, Refusal> {
    let (app, proof) = authenticate(rules, facts.app.as_deref(), &request.client, now)?;
    // RFC 6749 §4.4, §5.2: it is known who asks, and that it may never.
    if app.public {
        return Err(Refusal::GrantForbidden);
    }
    proof.by_secret()?;
    let team = if rules.dialect.apps.team_parameter {
        choose_team(app, request.team.as_deref())?
    } else {
        &app.owner
    };
    let scopes = match &request.scopes {
        Some(asked) if rules.dialect.scopes.for_apps => {
            known_scopes(&rules.dialect.scopes, asked).ok_or(Refusal::Scope)?
        }
        _ => Scopes::none(),
    };
    let holder = Holder { app, team, account: None };
    if rules.dialect.grants.client_credentials_refresh_token {
        with_refresh_token(rules, &holder, scopes, facts, now, rng)
    } else {
        Ok(Decision::reply(access_token(rules, &holder, None, scopes, now, rng)))
    }
}

/// The team named by id, else by a name only one of the app's teams has; unnamed, the app's only team.
fn choose_team<'a>(app: &'a App, named: Option<&str>) -> Result<&'a Team, Refusal> {
    let Some(named) = named else {
        return match app.teams.as_slice() {
            [only] => Ok(only),
            _ => Err(Refusal::TeamMissing),
        };
    };
    let id = named.parse().ok().map(TeamId);
    if let Some(team) = app.teams.iter().find(|team| Some(team.id) == id) {
        return Ok(team);
    }
    let mut same_name = app.teams.iter().filter(|team| team.name == named);
    match (same_name.next(), same_name.next()) {
        (Some(team), None) => Ok(team),
        (Some(_), Some(_)) => Err(Refusal::TeamMissing),
        _ => Err(Refusal::TeamForbidden),
    }
}

fn with_refresh_token(
    rules: &Rules,
    holder: &Holder<'_>,
    scopes: Scopes,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Decision<TokenAnswer>, Refusal> {
    let active_grants = rules.dialect.refresh_token.as_ref().map(|rules| rules.active_grants);
    let one_at_a_time = active_grants == Some(ActiveGrants::OnePerApp);
    if one_at_a_time && is_active(holder.app, facts, now) {
        return Err(Refusal::DuplicateGrant { client_id: holder.app.client_id.to_string() });
    }
    let start = GrantStart { scopes: scopes.clone(), confidential: true, authorized: now };
    let grant = start_grant(rules, holder, start, now, rng);
    let mut answer = access_token(rules, holder, Some(&grant), scopes, now, rng);
    answer.refresh_token = Some(refresh_token::derive(rules, &grant, 1));
    let mut effects = Vec::with_capacity(3);
    if one_at_a_time {
        let until = now.plus_seconds(i64::from(rules.dialect.access_token.seconds));
        let next = ActiveGrant { grant: grant.id, until };
        effects.push(Effect::TakeActiveGrant { app: holder.app.id, was: facts.active, now: next });
        effects.extend(facts.active.map(|left| Effect::RevokeGrant { grant: left.grant, at: now }));
    }
    effects.push(Effect::StartGrant(grant));
    Ok(Decision { reply: Ok(answer), effects })
}

/// Whether the app's grant has a live access token. One that was revoked since is not active, so that a client which lost
/// its grant to a replay can start again.
fn is_active(app: &App, facts: &Facts, now: Timestamp) -> bool {
    let lives = |grant| Holder::of_live_grant(grant, app, None).is_some();
    facts.active.is_some_and(|active| now < active.until) && facts.grant.as_ref().is_none_or(lives)
}
