//! The administration over the network, for programs that have a credential of it. Only `Authorization` says who calls: what a
//! browser adds by itself says nothing here.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use stagedoor_protocol::admin_credential::{self, AdminCredential};
use stagedoor_protocol::id::CredentialId;
use stagedoor_wire::bearer::{self, Bearer};
use stagedoor_wire::dialect::Limit;

use super::problem::Problem;
use super::{BASE, Caller, answer, call, documentation, openapi};
use crate::Server;
use crate::http::authorization;
use crate::limit::{Key, RateLimit};
use crate::listen;

/// Calls of one address that may fail to say who calls. Nobody guesses 128 bits: this keeps the log and the database quiet.
const FAILURES: Limit = Limit { burst: 30, per_minute: 30 };

/// What outlasts a configuration.
pub struct Network {
    failures: RateLimit,
}

impl Default for Network {
    fn default() -> Self {
        Self { failures: RateLimit::new(FAILURES) }
    }
}

/// Whether a path leads here.
pub(crate) fn is_at(path: &str) -> bool {
    path.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request. What the API is like is told to everyone.
pub(crate) async fn handle(server: &Server, network: &Network, request: Request<Body>) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        match request.uri().path().strip_prefix(BASE) {
            Some("") => return documentation::page(),
            Some("openapi.json") => return openapi::respond(),
            _ => {}
        }
    }
    let address = listen::address(request.extensions());
    match authenticate(server, network, request.headers(), address).await {
        Ok(caller) => answer(server, request, &caller).await,
        Err(problem) => problem.into_response(),
    }
}

async fn authenticate(
    server: &Server,
    network: &Network,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Caller, Problem> {
    let now = server.clock().now();
    let Some(credential) = find(server, headers).await? else {
        let is_presented = authorization(headers).is_some();
        tracing::debug!(is_presented, "an admin call without a good credential is refused");
        let failures = network.failures.check(Key::of_address(address), now);
        return Err(match failures.allowed {
            true => Problem::unauthenticated(is_presented),
            false => Problem::too_many_failures(failures.retry_after_seconds),
        });
    };
    // What was asked does not hang on it.
    if let Err(error) = server.store().commit(admin_credential::note_use(&credential, now)).await {
        tracing::warn!(%error, "the use of an admin credential could not be noted");
    }
    Ok(Caller::of_credential(credential, address))
}

/// The credential that is presented, if it is good.
async fn find(server: &Server, headers: &HeaderMap) -> Result<Option<AdminCredential>, Problem> {
    let Bearer::Token(text) = bearer::read(authorization(headers)) else { return Ok(None) };
    let Some(presented) = admin_credential::read(text) else { return Ok(None) };
    let found = server.store().admin_credential(CredentialId(presented.id)).await?;
    let (keys, now) = (call::keys(server)?, server.clock().now());
    Ok(found.filter(|credential| credential.accepts(keys, &presented, now)))
}

/// Whether a caller who was let in still would be. Whoever sends a body may take long over it.
pub(super) async fn is_still_good(server: &Server, caller: &Caller) -> Result<bool, Problem> {
    let Some(own) = &caller.credential else { return Ok(true) };
    let found = server.store().admin_credential(own.id).await?;
    Ok(found.is_some_and(|found| found.hash == own.hash && server.clock().now() < found.expires))
}
