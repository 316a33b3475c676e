//! Redeeming a device code (RFC 8628 §3.4, §3.5).

use rand_core::CryptoRng;
use stagedoor_wire::Secret;
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::TokenRequest;

use super::issue::{GrantStart, Holder, access_token, is_revoked, start_grant};
use crate::client_authentication::{Proof, authenticate};
use crate::code::Handle;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::device::{Device, DeviceState, POLL_SECONDS};
use crate::question::Facts;
use crate::{Refusal, Rules, Timestamp, opaque, refresh_token};

pub(super) fn decide(
    rules: &Rules,
    request: &TokenRequest,
    presented: &Secret,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Decision<TokenAnswer>, Refusal> {
    let (app, proof) = authenticate(rules, facts.app.as_deref(), &request.client, now)?;
    let handle = Handle::read(opaque::DEVICE_CODE, presented.expose()).ok_or(Refusal::DeviceCodeUnknown)?;
    let found = facts.device.as_ref().filter(|device| handle.is_of(&device.hash) && device.app == app.id);
    let device = found.ok_or(Refusal::DeviceCodeUnknown)?;
    proof.will_do_for(app)?;
    let (account, authorized, epochs) = match device.state {
        DeviceState::Redeemed { grant, .. } => {
            let audit =
                AuditEntry::new(now, app.client_id.as_str(), "device code replayed", Subject::Grant(grant));
            let effects = if is_revoked(facts) {
                Vec::new()
            } else {
                vec![Effect::RevokeGrant { grant, at: now }, Effect::Audit(audit)]
            };
            return Ok(Decision { reply: Err(Refusal::CodeReplayed), effects });
        }
        _ if device.expires <= now => return Err(Refusal::DeviceCodeExpired),
        DeviceState::Denied => return Err(Refusal::AccessDenied),
        DeviceState::Pending => return Ok(pending(device, now)),
        DeviceState::Allowed { account, at, epochs } => (account, at, epochs),
    };
    let standing = facts.account.as_ref().filter(|known| known.id == account).ok_or(Refusal::AccessDenied)?;
    let holder = Holder { app, team: &app.owner, account: Some(standing) };
    // What rises denies the devices that were allowed; one that was allowed in the same instant is found out here.
    if epochs.are_behind(holder.epochs()) {
        return Err(Refusal::AccessDenied);
    }
    let start =
        GrantStart { scopes: device.scopes.clone(), confidential: proof == Proof::Secret, authorized };
    let grant = start_grant(rules, &holder, start, now, rng);
    let mut answer = access_token(rules, &holder, Some(&grant), device.scopes.clone(), now, rng);
    if rules.dialect.grants.refresh_token {
        answer.refresh_token = Some(refresh_token::derive(rules, &grant, 1));
    }
    let redeemed = DeviceState::Redeemed { account, grant: grant.id };
    let effects = vec![
        Effect::DecideDevice { device: device.id, was: device.state, now: redeemed },
        Effect::StartGrant(grant),
    ];
    Ok(Decision { reply: Ok(answer), effects })
}

/// RFC 8628 §3.5: who asks again too soon waits five seconds longer from then on.
fn pending(device: &Device, now: Timestamp) -> Decision<TokenAnswer> {
    let soon = device.polled.is_some_and(|at| now < at.plus_seconds(i64::from(device.interval_seconds)));
    let interval_seconds = device.interval_seconds + if soon { POLL_SECONDS } else { 0 };
    let refusal = if soon { Refusal::SlowDown } else { Refusal::AuthorizationPending };
    Decision {
        reply: Err(refusal),
        effects: vec![Effect::PollDevice { device: device.id, at: now, interval_seconds }],
    }
}
