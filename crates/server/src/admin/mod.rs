//! Administration: JSON over HTTP, answered in process. [`socket`] and [`listen`] bring it to a Unix socket, [`network`] to the
//! listeners of the APIs, where the configuration says so.
//!
//! [`route`] lists every route. Every change is decided by the protocol and committed with its line of the audit log. Refusals
//! are problem details (RFC 9457); lists go page by page, with a cursor that means nothing to its reader.

mod accounts;
mod answer;
mod apps;
mod audit;
mod call;
mod credentials;
mod documentation;
mod grants;
mod idempotency_key;
mod invitations;
mod keys;
mod legacy_keys;
pub mod listen;
mod members;
pub mod network;
mod openapi;
mod problem;
mod route;
mod secrets;
mod setup;
pub mod socket;
mod state;
mod teams;
mod users;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use stagedoor_protocol::admin_credential::AdminCredential;

use crate::Server;
use call::Call;
use problem::Problem;
use route::Needs;
pub use route::all as routes;

/// Where all routes begin.
pub const BASE: &str = "/admin/v1/";

/// Who asks, by which way, and what they may.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For the audit log, such as `uid 1000`.
    actor: String,
    /// For the audit log, such as `admin socket`.
    origin: &'static str,
    /// The same: from where they call over the network.
    address: Option<IpAddr>,
    credential: Option<AdminCredential>,
}

impl Caller {
    /// A user of this machine who may do everything.
    pub fn of_user(uid: u32) -> Self {
        Self { actor: format!("uid {uid}"), origin: "admin socket", address: None, credential: None }
    }

    /// A program that has a credential.
    fn of_credential(credential: AdminCredential, address: IpAddr) -> Self {
        let actor = format!("credential {}", credential.name);
        Self { actor, origin: "admin api", address: Some(address), credential: Some(credential) }
    }

    fn may(&self, needs: Needs) -> bool {
        let Some(credential) = &self.credential else { return true };
        needs.scope().is_some_and(|scope| credential.scopes.include(scope))
    }

    /// Whose idempotency keys are its own. A credential that has the name of a former one is another.
    fn id(&self) -> String {
        let credential = self.credential.as_ref().map(|credential| format!("credential {}", credential.id));
        credential.unwrap_or_else(|| self.actor.clone())
    }
}

/// The administration of the server that runs.
pub struct Admin {
    current: Box<dyn Fn() -> Arc<Server> + Send + Sync>,
}

impl Admin {
    /// Asks `current` at each call, for a reload replaces the server.
    pub fn new(current: impl Fn() -> Arc<Server> + Send + Sync + 'static) -> Self {
        Self { current: Box::new(current) }
    }

    /// Answers one request of a caller who may administer.
    pub async fn handle(&self, request: Request<Body>, caller: &Caller) -> Response {
        answer(&(self.current)(), request, caller).await
    }
}

/// Answers one request.
async fn answer(server: &Server, request: Request<Body>, caller: &Caller) -> Response {
    answer_or_refuse(server, request, caller).await.unwrap_or_else(Problem::into_response)
}

async fn answer_or_refuse(
    server: &Server,
    request: Request<Body>,
    caller: &Caller,
) -> Result<Response, Problem> {
    let key = idempotency_key::read(request.headers(), caller)?;
    let address = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let call = Call::read(server, request, caller).await?;
    if !network::is_still_good(server, caller).await? {
        return Err(Problem::unauthenticated(true));
    }
    call.answer(key, &address).await
}
