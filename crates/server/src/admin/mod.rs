//! Administration: JSON over HTTP, answered in process. [`socket`] and [`listen`] bring it to a Unix socket; nothing else does.
//!
//! Every change is decided by the protocol and committed with its line of the audit log. Refusals are problem details
//! (RFC 9457); lists go page by page, with a cursor that means nothing to its reader.

mod accounts;
mod answer;
mod apps;
mod audit;
mod call;
mod grants;
mod keys;
mod legacy_keys;
pub mod listen;
mod members;
mod problem;
mod secrets;
mod setup;
pub mod socket;
mod state;
mod teams;
mod users;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;

use crate::Server;
use answer::Answer;
use call::Call;
use problem::Problem;

/// Where all routes begin.
pub const BASE: &str = "/admin/v1/";

/// Who asks, and by which way: for the audit log.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Such as `uid 1000`.
    pub actor: String,
    /// Such as `admin socket`.
    pub origin: &'static str,
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
        let answered = match Call::read((self.current)(), request, caller).await {
            Ok(call) => route(&call).await,
            Err(problem) => Err(problem),
        };
        match answered {
            Ok(answer) => answer.into_response(),
            Err(problem) => problem.into_response(),
        }
    }
}

/// Every route, by its path.
async fn route(call: &Call<'_>) -> Result<Answer, Problem> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let get = call.method == "GET";
    match (path.as_slice(), call.method.as_str()) {
        (["accounts"], "GET") => accounts::list(call).await,
        (["accounts"], "POST") => accounts::create(call).await,
        (["accounts", account], "GET") => accounts::show(call, account).await,
        (["accounts", account], "PATCH") => accounts::change(call, account).await,
        (["accounts", account, "suspend"], "POST") => accounts::suspend(call, account).await,
        (["accounts", account, "resume"], "POST") => accounts::resume(call, account).await,
        (["accounts", account, "sign-out"], "POST") => accounts::sign_out(call, account).await,
        (["teams"], "GET") => teams::list(call).await,
        (["teams"], "POST") => teams::create(call).await,
        (["teams", team], "GET") => teams::show(call, team).await,
        (["teams", team], "PATCH") => teams::change(call, team).await,
        (["teams", team, "members"], "GET") => members::list(call, team).await,
        (["teams", team, "members", account], "PUT") => members::set(call, team, account).await,
        (["teams", team, "members", account], "DELETE") => members::remove(call, team, account).await,
        (["apps"], "GET") => apps::list(call).await,
        (["apps"], "POST") => apps::create(call).await,
        (["apps", api, client_id, rest @ ..], _) => of_app(call, api, client_id, rest).await,
        (["grants"], "GET") => grants::list(call).await,
        (["grants"], "DELETE") => grants::end_consent(call).await,
        (["grants", grant], "GET") => grants::show(call, grant).await,
        (["grants", grant], "DELETE") => grants::revoke(call, grant).await,
        (["audit"], "GET") => audit::list(call).await,
        (["keys", key, "end"], "POST") => keys::end(call, key).await,
        (["setup-link"], "GET") => setup::link(call).await,
        (["state"], "GET") => state::show(call).await,
        (["state"], "POST") => state::apply(call).await,
        _ => Err(Problem::no_route(call, get)),
    }
}

/// The routes of one app.
async fn of_app(call: &Call<'_>, api: &str, client_id: &str, rest: &[&str]) -> Result<Answer, Problem> {
    let record = apps::find(call, api, client_id).await?;
    match (rest, call.method.as_str()) {
        ([], "GET") => apps::show(&record),
        ([], "PATCH") => apps::change(call, &record).await,
        (["approve"], "POST") => apps::approve(call, &record).await,
        (["decline"], "POST") => apps::decline(call, &record).await,
        (["suspend"], "POST") => apps::suspend(call, &record).await,
        (["resume"], "POST") => apps::resume(call, &record).await,
        (["regenerate"], "POST") => secrets::regenerate(call, &record).await,
        (["secrets"], "GET") => secrets::list(&record),
        (["secrets"], "POST") => secrets::add(call, &record).await,
        (["secrets", secret], "DELETE") => secrets::remove(call, &record, secret).await,
        (["legacy-keys"], "GET") => legacy_keys::list(call, &record).await,
        (["legacy-keys"], "POST") => legacy_keys::add(call, &record).await,
        (["legacy-keys", key], "PATCH") => legacy_keys::set_end(call, &record, key).await,
        (["legacy-keys", key], "DELETE") => legacy_keys::remove(call, &record, key).await,
        (["users"], "GET") => users::list(call, &record).await,
        (["users", account], "PUT") => users::add(call, &record, account).await,
        (["users", account], "DELETE") => users::remove(call, &record, account).await,
        _ => Err(Problem::no_route(call, call.method == "GET")),
    }
}
