//! The revocation endpoint (RFC 7009).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header, request::Parts};
use axum::response::Response;
use stagedoor_protocol::{Refusal, introspection, revocation};
use stagedoor_wire::token_request::{ClientCredentials, TokenRequestError, check_form, read_client};
use stagedoor_wire::{Secret, form_fields};

use super::limited::{admit, count};
use super::{authorization, read_body, reply};
use crate::api::Api;
use crate::settle::{Stop, settle};

pub(super) async fn handle(api: &Api, request: Request<Body>) -> Response {
    match respond(api, request).await {
        Ok(()) => reply::json(StatusCode::OK, "{}"),
        Err(stop) => reply::stop(api, &stop),
    }
}

async fn respond(api: &Api, request: Request<Body>) -> Result<(), Stop> {
    let (parts, body) = request.into_parts();
    let (client, token) = read(api, &parts, body).await?;
    let facts = api.answer(&introspection::question(&client, &token)).await?;
    let decision = revocation::decide(&api.rules, &client, &token, &facts, api.now());
    count(api, &parts, &client, &facts, decision.reply.as_ref().err())?;
    // Ending what has ended already is no conflict.
    settle(&api.store, decision).await
}

/// Who asks and about which token; the same form for revocation and introspection (RFC 7009 §2.1, RFC 7662 §2.1).
/// `token_type_hint` is not needed: a token's form tells what it is.
pub(super) async fn read(api: &Api, parts: &Parts, body: Body) -> Result<(ClientCredentials, Secret), Stop> {
    if parts.method != Method::POST {
        return Err(Refusal::Method.into());
    }
    let body = read_body(body).await?;
    check_form(parts.headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()))
        .map_err(Refusal::from)?;
    let fields = form_fields!(&body, client_id, client_secret, token)
        .map_err(|error| Refusal::from(TokenRequestError::from(error)))?;
    let authorization = authorization(&parts.headers);
    let client =
        read_client(api.dialect(), authorization, fields.client_id.value, fields.client_secret.value)
            .map_err(Refusal::from)?;
    admit(api, parts, &client)?;
    let token = fields.token.value.ok_or(Refusal::from(TokenRequestError::ParameterMissing("token")))?;
    Ok((client, Secret::new(token.into_owned())))
}
