//! The token endpoint (RFC 6749 §3.2).

use std::net::{IpAddr, Ipv4Addr};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header, request::Parts};
use axum::response::Response;
use stagedoor_protocol::{Refusal, Timestamp, token};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::{TokenRequest, TokenRequestParts};

use super::{read_body, reply};
use crate::api::Api;
use crate::entropy;
use crate::limit::Key;
use crate::listen::ClientAddress;
use crate::settle::{Attempts, Stop};

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
            authorization: parts.headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()),
            body: &body,
        },
    );
    let request = match read {
        Ok(request) => request,
        Err(error) => {
            limit(api, Key::Address(address(parts)), api.now())?;
            return Err(Refusal::from(error).into());
        }
    };
    let mut attempts = Attempts::default();
    let mut counted = false;
    loop {
        let facts = api.answer(&token::question(&api.rules, &request)).await?;
        let now = api.now();
        let decision = token::decide(&api.rules, &request, &facts, now, &mut entropy::rng());
        if !std::mem::replace(&mut counted, true) {
            let app = facts.app.as_ref().map(|app| app.id);
            let unproven = matches!(&decision.reply, Err(refusal) if refusal.is_unauthenticated());
            let key = app.filter(|_| !unproven).map_or_else(|| Key::Address(address(parts)), Key::App);
            limit(api, key, now)?;
        }
        if let Some(settled) = attempts.settle(&api.store, decision).await {
            return settled;
        }
    }
}

/// Counts the request for its app once the client has proved itself, else for its address: no one can use up another's
/// share.
fn limit(api: &Api, key: Key, now: Timestamp) -> Result<(), Stop> {
    let Some(limits) = &api.limits else { return Ok(()) };
    let verdict = limits.token.check(key, now);
    if verdict.allowed {
        Ok(())
    } else {
        Err(Stop::Limited { retry_after_seconds: verdict.retry_after_seconds })
    }
}

/// Where the request came from.
pub(crate) fn address(parts: &Parts) -> IpAddr {
    parts.extensions.get::<ClientAddress>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}
