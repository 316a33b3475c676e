//! The introspection endpoint (RFC 7662).

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use stagedoor_protocol::introspection::{self, LiveToken};

use super::limited::count;
use super::{reply, revocation};
use crate::api::Api;
use crate::settle::{Stop, settle};

pub(super) async fn handle(api: &Api, request: Request<Body>) -> Response {
    match respond(api, request).await {
        Ok(live) => reply::json(StatusCode::OK, write(api, live.as_ref()).to_string()),
        Err(stop) => reply::stop(api, &stop),
    }
}

async fn respond(api: &Api, request: Request<Body>) -> Result<Option<LiveToken>, Stop> {
    let (parts, body) = request.into_parts();
    let (client, token) = revocation::read(api, &parts, body).await?;
    let facts = api.answer(&introspection::question(&client, &token)).await?;
    let has_ended = |token: &_| api.store.has_ended(token);
    let decision = introspection::decide(&api.rules, &client, &token, &facts, has_ended, api.now());
    count(api, &parts, &client, &facts, decision.reply.as_ref().err())?;
    settle(&api.store, decision).await
}

/// RFC 7662 §2.2. A token that is not live is `{"active": false}` and nothing else.
fn write(api: &Api, live: Option<&LiveToken>) -> Value {
    let Some(live) = live else { return json!({"active": false}) };
    let mut body = json!({
        "active": true,
        "client_id": live.client_id.as_str(),
        "scope": live.scopes.as_str(),
        "iat": live.issued.seconds(),
        "iss": &*api.rules.issuer,
    });
    let members = [
        ("token_type", live.bearer.then(|| json!(api.dialect().token_answer.token_type))),
        ("exp", live.expires.map(|expires| json!(expires.seconds()))),
        ("sub", live.account.map(|account| json!(account.to_string()))),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            body[name] = value;
        }
    }
    body
}
