//! The token endpoint (RFC 6749 §3.2).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header, request::Parts};
use axum::response::Response;
use stagedoor_protocol::{Facts, Refusal, token};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::{TokenRequest, TokenRequestParts};

use super::limited::{admit, count, count_unreadable};
use super::{authorization, read_body, reply};
use crate::api::Api;
use crate::entropy;
use crate::settle::{Attempts, Stop};
use crate::traces::{self, SpanKind};

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
            count(api, parts, &request.client, &facts, decision.reply.as_ref().err())?;
        }
        if let Some(settled) = attempts.settle(&api.store, decision).await {
            if settled.is_ok() {
                note(api, &request, &facts);
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
    }
}
