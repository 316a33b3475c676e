//! Judging an answer of the token endpoint.

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use stagedoor_wire::api_error::{ApiErrorKind, limit_reached, read_message};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_error::{TokenError, TokenErrorKind};
use stagedoor_wire::{Secret, retry_after};

use super::{Answered, ExchangeError, Redaction, Reply, TokenEndpoint};
use crate::credential::Credential;
use crate::vault::{CoolDown, CoolDownKind};

/// How long to stay away after a 429 that does not say.
const UNSAID_SECONDS: u32 = 30;

/// The tokens in `reply`, or why there are none. A 429 is written down before this returns.
pub(super) fn judge(
    endpoint: &TokenEndpoint,
    credential: &Credential,
    reply: &Reply,
    sent: &[Secret],
) -> Result<TokenAnswer, ExchangeError> {
    let usual = endpoint.provider.dialect.access_token.seconds;
    // Some providers answer 200 with an error in it.
    let is_error = TokenError::read(reply.status, &reply.body).is_some();
    match TokenAnswer::read(&reply.body, usual) {
        Ok(answer)
            if !is_error && (200..300).contains(&reply.status) && fits_a_header(&answer.access_token) =>
        {
            Ok(answer)
        }
        _ => Err(refusal(endpoint, credential, reply, sent)),
    }
}

/// Why `reply` holds nothing of use. A 429 is written down before this returns.
pub(crate) fn refusal(
    endpoint: &TokenEndpoint,
    credential: &Credential,
    reply: &Reply,
    sent: &[Secret],
) -> ExchangeError {
    let dialect = &endpoint.provider.dialect;
    let error = TokenError::read(reply.status, &reply.body);
    let answered = describe(endpoint, reply, sent, error.as_ref());
    let Some(error) = error.filter(|_| reply.status != 429 && reply.status < 500) else {
        return by_status(endpoint, credential, reply, answered);
    };
    let is = |kind| error.is(dialect, kind);
    if is(TokenErrorKind::DuplicateGrant) {
        let kept_as = endpoint.other_keeper(credential);
        ExchangeError::DuplicateGrant { answered, kept_as }
    } else if is(TokenErrorKind::AuthorizationPending) {
        ExchangeError::Pending(answered)
    } else if is(TokenErrorKind::SlowDown) {
        ExchangeError::SlowDown(answered)
    } else if is(TokenErrorKind::DeviceCodeExpired) {
        ExchangeError::DeviceCodeExpired(answered)
    } else if is(TokenErrorKind::ClientUnknown) || is(TokenErrorKind::ClientSecretWrong) {
        ExchangeError::ClientRefused(answered)
    } else if is(TokenErrorKind::ClientSuspended) || is(TokenErrorKind::GrantTypeForbidden) {
        ExchangeError::AppRefused(answered)
    } else if reply.status == 403 && dialect.apps.team_parameter {
        ExchangeError::TeamRefused { answered, team: credential.team.clone() }
    } else if is(TokenErrorKind::AccessDenied) {
        ExchangeError::AccessDenied(answered)
    } else if is(TokenErrorKind::RefreshTokenUnknown) || is(TokenErrorKind::RefreshTokenRevoked) {
        ExchangeError::GrantRefused(answered)
    } else {
        ExchangeError::Refused(answered)
    }
}

/// An answer whose status says more than its body.
fn by_status(
    endpoint: &TokenEndpoint,
    credential: &Credential,
    reply: &Reply,
    answered: Box<Answered>,
) -> ExchangeError {
    match reply.status {
        429 => rate_limited(endpoint, credential, reply, answered),
        403 if endpoint.provider.dialect.apps.team_parameter => {
            ExchangeError::TeamRefused { answered, team: credential.team.clone() }
        }
        401 => ExchangeError::ClientRefused(answered),
        400..500 => ExchangeError::Refused(answered),
        500.. => ExchangeError::Fault(answered),
        _ => ExchangeError::Unreadable(answered),
    }
}

fn rate_limited(
    endpoint: &TokenEndpoint,
    credential: &Credential,
    reply: &Reply,
    answered: Box<Answered>,
) -> ExchangeError {
    let now = endpoint.clock.now();
    let told = reply
        .headers
        .get(RETRY_AFTER)
        .and_then(|value| retry_after::read(value.as_bytes(), reply.date.unwrap_or(now.wall())))
        .unwrap_or(UNSAID_SECONDS);
    let kind = match limit_reached(&endpoint.provider.dialect, None, &reply.body) {
        ApiErrorKind::QuotaExhausted => CoolDownKind::Quota,
        _ => CoolDownKind::Rate,
    };
    let seconds = told.min(kind.longest_seconds());
    let until = now.wall().plus_seconds(i64::from(seconds));
    let cool_down = CoolDown { until, since: now, seconds, why: kind };
    if let Err(error) = endpoint.vault.set_cool_down(&endpoint.cool_down_key(credential), &cool_down) {
        tracing::warn!(%error, "cannot write a cool-down down");
    }
    ExchangeError::RateLimited { answered, kind, seconds, until }
}

/// The answer as it may be shown.
fn describe(
    endpoint: &TokenEndpoint,
    reply: &Reply,
    sent: &[Secret],
    error: Option<&TokenError>,
) -> Box<Answered> {
    let redaction = Redaction::new(sent, &reply.body);
    let content_type = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let description = error.and_then(|error| error.description.clone());
    let words = description.or_else(|| read_message(&endpoint.provider.dialect, &reply.body));
    Box::new(Answered {
        login: endpoint.login(),
        provider: endpoint.provider.dialect.title.clone(),
        endpoint: reply.url.to_string(),
        status: reply.status,
        content_type: content_type.map(|text| redaction.text(text)),
        code: error.map(|error| redaction.text(&error.error)),
        words: words.map(|words| redaction.text(&words)),
        snippet: redaction.snippet(&reply.body),
    })
}

/// RFC 6750 §2.1 admits no other characters; a token with a line break in it would break the header it goes into.
fn fits_a_header(token: &Secret) -> bool {
    !token.expose().is_empty() && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
}
