//! The token endpoint (RFC 6749 §3.2).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header, request::Parts};
use axum::response::Response;
use stagedoor_protocol::id::{AppId, SecretId};
use stagedoor_protocol::usage::{Outcome, TOKEN};
use stagedoor_protocol::{Facts, Refusal, client_authentication, token};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_error::TokenErrorKind;
use stagedoor_wire::token_request::{TokenRequest, TokenRequestParts};

use super::limited::{admit, count, count_unreadable, has_proven};
use super::{authorization, read_body, reply};
use crate::api::Api;
use crate::entropy;
use crate::settle::{Attempts, Stop};
use crate::traces::{self, SpanKind};
use crate::usage;

pub(super) async fn handle(api: &Api, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    match respond(api, &parts, body).await {
        Ok(answer) => reply::token(api, &answer),
        Err(stop) => reply::stop(api, &stop),
    }
}

async fn respond(api: &Api, parts: &Parts, body: Body) -> Result<TokenAnswer, Stop> {
    if parts.method != Method::POST {
        return Err(Refusal::Method.into());
    }
    let body = read_body(body).await?;
    let read = TokenRequest::read(
        api.dialect(),
        TokenRequestParts {
            content_type: parts.headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()),
            authorization: authorization(&parts.headers),
            body: &body,
        },
    );
    let request = match read {
        Ok(request) => request,
        Err(error) => {
            count_unreadable(api, parts)?;
            return Err(Refusal::from(error).into());
        }
    };
    admit(api, parts, &request.client)?;
    let mut attempts = Attempts::default();
    let mut counted = false;
    loop {
        let facts = api.answer(&token::question(&api.rules, &request)).await?;
        let decision = {
            let _span = traces::child("decide", SpanKind::Internal);
            token::decide(&api.rules, &request, &facts, api.now(), &mut entropy::rng())
        };
        if !std::mem::replace(&mut counted, true) {
            let refusal = decision.reply.as_ref().err();
            count(api, parts, &request.client, &facts, refusal)
                .inspect_err(|stop| note_refused(api, &request, &facts, stop, refusal))?;
        }
        if let Some(settled) = attempts.settle(&api.store, decision).await {
            match &settled {
                Ok(_) => note(api, &request, &facts),
                Err(stop @ Stop::Refused(refusal)) => {
                    note_refused(api, &request, &facts, stop, Some(refusal));
                }
                Err(stop) => note_refused(api, &request, &facts, stop, None),
            }
            return settled;
        }
    }
}

/// Counts a token that was given.
fn note(api: &Api, request: &TokenRequest, facts: &Facts) {
    api.figures.issued(&request.grant);
    if let Some(app) = &facts.app {
        api.figures.apps.token(app.id, &app.client_id);
        let secret = client_authentication::secret_shown(&api.rules, app, &request.client, api.now());
        count_for(api, app.id, Outcome::Answered, None, secret);
    }
}

/// Notes for the app that there was no token. `refusal` is what was decided, which says whether it was the app at all.
fn note_refused(api: &Api, request: &TokenRequest, facts: &Facts, stop: &Stop, refusal: Option<&Refusal>) {
    let Some(app) = facts.app.as_ref().map(|app| app.id) else { return };
    let (outcome, reason) = match stop {
        // A device that asks again is told to wait: nothing is wrong.
        Stop::Refused(Refusal::AuthorizationPending) => (Outcome::Answered, None),
        Stop::Refused(Refusal::LimitReached | Refusal::TooManyRequests) | Stop::Limited { .. } => {
            (Outcome::Limited, Some(TokenErrorKind::TooManyRequests.field()))
        }
        Stop::Refused(refusal) => (Outcome::ClientError, Some(refusal.kind().0.field())),
        Stop::Unavailable => (Outcome::ServerError, None),
    };
    if has_proven(&request.client, refusal) {
        count_for(api, app, outcome, reason, None);
    } else if let (Outcome::ClientError, Some(reason)) = (outcome, reason) {
        api.figures.usage.refuse(app, api.now(), TOKEN, reason);
    }
}

fn count_for(
    api: &Api,
    app: AppId,
    outcome: Outcome,
    reason: Option<&'static str>,
    secret: Option<SecretId>,
) {
    let (at, endpoint) = (api.now(), TOKEN);
    let request = usage::Request { app, at, endpoint, outcome, account: None, reason, secret };
    api.figures.usage.count(&request);
}
