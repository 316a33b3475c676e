//! A token request of the app's, answered in process by the API's own endpoint: so it is counted, limited and noted like any
//! other. The secret is shown nowhere, and the tokens are shortened.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header;
use serde_json::Value;
use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::id::TeamId;
use stagedoor_wire::dialect::ClientAuthenticationMethod;
use stagedoor_wire::{Secret, basic};
use tokio::time::Instant;

use super::super::super::route::Answered;
use super::super::super::say;
use super::super::super::visit::Visit;
use super::{render, team_to_name};
use crate::api::Api;
use crate::http::{Endpoint, handle};
use crate::listen::ClientAddress;
use crate::settle::Stop;

/// Longest answer that is shown, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// So much of a token is shown.
const SHOWN: usize = 8;

/// What came back.
pub(super) struct Outcome {
    pub(super) status: u16,
    pub(super) is_good: bool,
    pub(super) millis: u128,
    pub(super) body: String,
}

pub(in crate::dashboard) async fn run(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    if !api.dialect().grants.client_credentials || record.app.public {
        return Ok(say::nothing_here_for(visit));
    }
    let secret = Secret::new(visit.field("secret").trim().to_owned());
    if secret.expose().is_empty() {
        return render(visit, None, Some("Paste the client secret. It is not kept."));
    }
    let mut request = request(record, api, team_to_name(visit, record, api), &secret)?;
    if let Some(address) = visit.parts.extensions.get::<ClientAddress>() {
        request.extensions_mut().insert(*address);
    }
    let began = Instant::now();
    let response = handle(api, Endpoint::Token, request).await;
    let millis = began.elapsed().as_millis();
    let status = response.status();
    let body = to_bytes(response.into_body(), MAX_BYTES).await.unwrap_or_default();
    let outcome =
        Outcome { status: status.as_u16(), is_good: status.is_success(), millis, body: shortened(&body) };
    render(visit, Some(outcome), None)
}

fn request(
    record: &AppRecord,
    api: &Api,
    team: Option<TeamId>,
    secret: &Secret,
) -> Result<Request<Body>, Stop> {
    let (dialect, id) = (api.dialect(), record.app.client_id.as_str());
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if let Some(team) = team {
        form.append_pair("team_id", &team.to_string());
    }
    let request = Request::post(format!("{}{}", api.mount, dialect.endpoints.token))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = if dialect.client_authentication.methods.first() == Some(&ClientAuthenticationMethod::Basic)
    {
        request.header(header::AUTHORIZATION, basic::write(&record.app.client_id, secret).expose())
    } else {
        form.append_pair("client_id", id).append_pair("client_secret", secret.expose());
        request
    };
    request.body(Body::from(form.finish())).map_err(|_| Stop::Unavailable)
}

/// The answer as it is shown: with the beginnings of its tokens.
fn shortened(body: &[u8]) -> String {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else {
        return "The answer is no JSON.".to_owned();
    };
    for member in ["access_token", "refresh_token"] {
        if let Some(Value::String(token)) = answer.get_mut(member) {
            *token = token.chars().take(SHOWN).chain(['…']).collect();
        }
    }
    serde_json::to_string_pretty(&answer).unwrap_or_default()
}
