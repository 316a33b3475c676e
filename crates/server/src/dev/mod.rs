//! What only `stagedoor dev` has: a clock that can be moved, a reset, and faults that can be asked for. `serve` never
//! builds this.

mod callers;
mod faults;
mod home;
mod mail;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{RwLock, watch};

use crate::browser::{self, is_cross_site};
use crate::figures::Figures;
use crate::http::{Endpoint, read_body, reply};
use crate::listen::{Handler, names_this_machine};
use crate::{Api, Clock, Server, dashboard};
use faults::Fault;
pub use home::{Home, Line, Section};

/// Makes a new server in place of the one given, which is then over.
pub type Restart = Box<
    dyn Fn(Arc<Server>) -> Pin<Box<dyn Future<Output = Result<Arc<Server>, String>> + Send>> + Send + Sync,
>;

/// A server under test conditions.
pub struct Dev {
    clock: Clock,
    stage: Arc<Stage>,
    home: Home,
    /// Turns true when the process is to end.
    stopping: watch::Receiver<bool>,
}

/// Where servers take each other's place.
struct Stage {
    server: ArcSwap<Server>,
    restart: Restart,
    /// Held by whatever is being answered; a reset waits for it, and what comes meanwhile waits for the reset.
    answering: RwLock<()>,
}

/// What there is to paste, at a name of this machine that leads from `/` to the dashboard as well.
pub(crate) const CONTROLS: &str = "/_dev/";
/// Where mails are shown.
pub(crate) const MAILBOX: &str = "/_dev/mail";

impl Dev {
    /// Wraps `server`; `restart` serves `POST /_dev/reset` and `home` is what `/` shows. Once `stopping` turns true no fault
    /// holds a request any more.
    pub fn new(server: Arc<Server>, restart: Restart, home: Home, stopping: watch::Receiver<bool>) -> Self {
        let clock = server.clock().clone();
        let stage = Stage { server: ArcSwap::new(server), restart, answering: RwLock::new(()) };
        Self { clock, stage: Arc::new(stage), home, stopping }
    }

    /// The server that runs now.
    pub fn current(&self) -> Arc<Server> {
        self.stage.server.load_full()
    }

    async fn control(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        if parts.uri.path() == MAILBOX {
            return mail::answer(&self.current(), &parts);
        }
        if parts.uri.path() == CONTROLS && matches!(parts.method, Method::GET | Method::HEAD) {
            return self.home.answer(&parts.headers);
        }
        let known = matches!(parts.uri.path(), "/_dev/clock" | "/_dev/reset");
        if !known {
            let text = "there are GET /_dev/, POST /_dev/clock, POST /_dev/reset and GET /_dev/mail";
            return error(StatusCode::NOT_FOUND, text);
        }
        if parts.method != Method::POST {
            let mut response = error(StatusCode::METHOD_NOT_ALLOWED, "send POST");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        if parts.uri.path() == "/_dev/reset" {
            return self.reset().await;
        }
        match read_body(body).await {
            Ok(body) => self.move_clock(&body),
            Err(_) => error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
        }
    }

    fn move_clock(&self, body: &[u8]) -> Response {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Move {
            advance_seconds: i64,
        }
        /// A hundred years: enough to see anything end.
        const MOST: u64 = 100 * 366 * 24 * 3600;
        let Ok(Move { advance_seconds }) = serde_json::from_slice(body) else {
            return error(StatusCode::BAD_REQUEST, "send {\"advance_seconds\": n} with n a whole number");
        };
        if advance_seconds.unsigned_abs() > MOST {
            return error(
                StatusCode::BAD_REQUEST,
                "send {\"advance_seconds\": n} with n at most a hundred years",
            );
        }
        if !self.clock.advance(advance_seconds) {
            let text = "the clock was not moved: 200 years from today is as far as it goes; POST /_dev/reset sets it back";
            return error(StatusCode::BAD_REQUEST, text);
        }
        reply::json(StatusCode::OK, json!({"now_seconds": self.clock.now().seconds()}).to_string())
    }

    async fn reset(&self) -> Response {
        self.clock.set_back();
        let stage = self.stage.clone();
        // In a task of its own: a caller who hangs up must not leave a closed server behind.
        match tokio::spawn(async move { stage.replace().await }).await {
            Ok(Ok(())) => {
                reply::json(StatusCode::OK, json!({"now_seconds": self.clock.now().seconds()}).to_string())
            }
            Ok(Err(text)) => error(StatusCode::INTERNAL_SERVER_ERROR, &text),
            Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR, "the reset failed; restart stagedoor dev"),
        }
    }
}

impl Stage {
    async fn replace(&self) -> Result<(), String> {
        let _nobody_is_answered = self.answering.write().await;
        let next = (self.restart)(self.server.load_full()).await?;
        self.server.store(next);
        Ok(())
    }
}

impl Handler for Dev {
    async fn handle(&self, request: Request<Body>) -> Response {
        if !names_this_machine(&request) {
            return error(StatusCode::FORBIDDEN, NOT_NAMED);
        }
        let (path, headers) = (request.uri().path(), request.headers());
        if path.starts_with(CONTROLS) {
            return match is_cross_site(headers, "http://localhost") {
                true => error(StatusCode::FORBIDDEN, OTHER_PAGE),
                false => self.control(request).await,
            };
        }
        let api = self.current().find(path).cloned();
        let has_cors = api.as_ref().is_some_and(|api| !api.cors.is_empty());
        let asked = headers.get(faults::HEADER).map(|value| Fault::read(value.to_str().unwrap_or_default()));
        if callers::is_foreign_page(headers) && (asked.is_some() || !has_cors) {
            return error(StatusCode::FORBIDDEN, FOREIGN_PAGE);
        }
        if path == "/" && matches!(*request.method(), Method::GET | Method::HEAD) {
            if names_localhost(headers) && browser::wants_page(headers) {
                return browser::redirect(request.method(), dashboard::BASE);
            }
            return self.home.answer(headers);
        }
        let readable = asked.is_some() && api.as_ref().is_some_and(|api| is_for_programs(api, path));
        let mut response = match asked {
            None => self.answer(request).await,
            Some(Ok(fault)) => self.fail(fault, request).await,
            Some(Err(())) => error(StatusCode::BAD_REQUEST, faults::USAGE),
        };
        if let Some(api) = api.filter(|_| readable) {
            response.headers_mut().extend(api.cors.clone());
        }
        response
    }

    fn figures(&self) -> Arc<Figures> {
        self.current().figures()
    }
}

impl Dev {
    async fn answer(&self, request: Request<Body>) -> Response {
        let is_preflight = request.method() == Method::OPTIONS;
        let _answering = self.stage.answering.read().await;
        let mut response = self.current().handle(request).await;
        if is_preflight {
            allow_faults(&mut response);
        }
        response
    }

    async fn fail(&self, fault: Fault, request: Request<Body>) -> Response {
        // One that is never answered would hold up a reset for good.
        let _answering = match fault {
            Fault::Timeout => None,
            _ => Some(self.stage.answering.read().await),
        };
        fault.happen(&self.current(), request, self.stopping.clone()).await
    }
}

/// The demo's addresses name 127.0.0.1: who comes by `localhost` comes for the dashboard.
fn names_localhost(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    host.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case("localhost"))
}

/// Whether pages of other origins may read what is answered there, where the dialect lets them read anything.
fn is_for_programs(api: &Api, path: &str) -> bool {
    let endpoint = api.local_path(path).map(|local| Endpoint::of(api, local));
    matches!(endpoint, Some(Endpoint::Token | Endpoint::Api))
}

/// Lets a page that may call the API ask for a fault as well (Fetch standard, CORS-preflight).
fn allow_faults(response: &mut Response) {
    let headers = response.headers_mut();
    let allowed = headers.get(header::ACCESS_CONTROL_ALLOW_HEADERS).and_then(|value| value.to_str().ok());
    let Some(allowed) = allowed else { return };
    if let Ok(with_fault) = HeaderValue::from_str(&format!("{allowed}, X-Stagedoor-Fault")) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, with_fault);
    }
}

const NOT_NAMED: &str =
    "stagedoor dev answers to 127.0.0.1, [::1] and localhost alone; send the Host as one of them";
const OTHER_PAGE: &str =
    "a page may not do that, only this server's own and programs of this machine: send it from your test";
const FOREIGN_PAGE: &str = "a page of another site may not do that, only pages and programs of this machine";

fn error(status: StatusCode, text: &str) -> Response {
    reply::json(status, json!({"error": text}).to_string())
}
