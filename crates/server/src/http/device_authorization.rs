//! The device authorization endpoint (RFC 8628 §3.1).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use stagedoor_protocol::device::{self, DeviceAnswer};
use stagedoor_protocol::{About, Question, Refusal};
use stagedoor_wire::token_request::{TokenRequestError, check_form, read_client};
use stagedoor_wire::{Scopes, form_fields};

use super::limited::{admit, count};
use super::{authorization, read_body, reply};
use crate::api::Api;
use crate::entropy;
use crate::settle::{Attempts, Stop};

pub(super) async fn handle(api: &Api, request: Request<Body>) -> Response {
    match respond(api, request).await {
        Ok(answer) => reply::json(StatusCode::OK, write(api, &answer)),
        Err(stop) => reply::stop(api, &stop),
    }
}

async fn respond(api: &Api, request: Request<Body>) -> Result<DeviceAnswer, Stop> {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return Err(Refusal::Method.into());
    }
    let body = read_body(body).await?;
    check_form(parts.headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()))
        .map_err(Refusal::from)?;
    let fields = form_fields!(&body, client_id, client_secret, scope)
        .map_err(|error| Refusal::from(TokenRequestError::from(error)))?;
    let authorization = authorization(&parts.headers);
    let client =
        read_client(api.dialect(), authorization, fields.client_id.value, fields.client_secret.value)
            .map_err(Refusal::from)?;
    admit(api, &parts, &client)?;
    let scopes =
        fields.scope.value.map(|text| Scopes::parse(&text)).transpose().map_err(|_| Refusal::Scope)?;
    let question = Question { client_id: &client.client_id, about: About::App };
    let mut attempts = Attempts::default();
    let mut counted = false;
    loop {
        let facts = api.answer(&question).await?;
        let decision =
            device::start(&api.rules, &client, scopes.as_ref(), &facts, api.now(), &mut entropy::rng());
        if !std::mem::replace(&mut counted, true) {
            count(api, &parts, &client, &facts, decision.reply.as_ref().err())?;
        }
        // A conflict is another device's user code drawn again: draw anew.
        if let Some(settled) = attempts.settle(&api.store, decision).await {
            return settled;
        }
    }
}

/// RFC 8628 §3.2.
fn write(api: &Api, answer: &DeviceAnswer) -> String {
    let path = api.dialect().endpoints.device.as_deref().unwrap_or_default();
    let address = format!("{}{path}", api.rules.issuer);
    json!({
        "device_code": answer.device_code.expose(),
        "user_code": answer.user_code,
        "verification_uri": address,
        "verification_uri_complete": format!("{address}?user_code={}", answer.user_code),
        "expires_in": answer.expires_in_seconds,
        "interval": answer.interval_seconds,
    })
    .to_string()
}
