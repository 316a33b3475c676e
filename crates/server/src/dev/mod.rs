//! What only `stagedoor dev` has: a clock that can be moved, a reset, and faults that can be asked for. `serve` never
//! builds this.

mod faults;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::browser::is_cross_site;
use crate::http::{read_body, reply};
use crate::listen::Handler;
use crate::{Clock, Server};
use faults::Fault;

/// Makes a new server in place of the one given, which is then over.
pub type Restart = Box<
    dyn Fn(Arc<Server>) -> Pin<Box<dyn Future<Output = Result<Arc<Server>, String>> + Send>> + Send + Sync,
>;

/// A server under test conditions.
pub struct Dev {
    server: ArcSwap<Server>,
    clock: Clock,
    restart: Restart,
    resetting: Mutex<()>,
}

const CONTROLS: &str = "/_dev/";

impl Dev {
    /// Wraps `server`; `restart` serves `POST /_dev/reset`.
    pub fn new(server: Arc<Server>, restart: Restart) -> Self {
        let clock = server.clock().clone();
        Self { server: ArcSwap::new(server), clock, restart, resetting: Mutex::new(()) }
    }

    /// The server that runs now.
    pub fn current(&self) -> Arc<Server> {
        self.server.load_full()
    }

    async fn control(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let known = matches!(parts.uri.path(), "/_dev/clock" | "/_dev/reset");
        if !known {
            return error(StatusCode::NOT_FOUND, "there are POST /_dev/clock and POST /_dev/reset");
        }
        if parts.method != Method::POST {
            return error(StatusCode::METHOD_NOT_ALLOWED, "send POST");
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
        match serde_json::from_slice::<Move>(body) {
            Ok(Move { advance_seconds }) if advance_seconds.unsigned_abs() <= MOST => {
                self.clock.advance(advance_seconds);
                reply::json(StatusCode::OK, json!({"now_seconds": self.clock.now().seconds()}).to_string())
            }
            _ => {
                error(StatusCode::BAD_REQUEST, "send {\"advance_seconds\": n} with n at most a hundred years")
            }
        }
    }

    async fn reset(&self) -> Response {
        let _one_at_a_time = self.resetting.lock().await;
        self.clock.set_back();
        match (self.restart)(self.current()).await {
            Ok(server) => {
                self.server.store(server);
                reply::json(StatusCode::OK, json!({"now_seconds": self.clock.now().seconds()}).to_string())
            }
            Err(text) => error(StatusCode::INTERNAL_SERVER_ERROR, &text),
        }
    }
}

impl Handler for Dev {
    async fn handle(&self, request: Request<Body>) -> Response {
        let controls = request.uri().path().starts_with(CONTROLS);
        let fault = request.headers().get(faults::HEADER);
        if !controls && fault.is_none() {
            return self.server.load().handle(request).await;
        }
        if !is_local(request.headers()) || is_cross_site(request.headers()) {
            return error(StatusCode::FORBIDDEN, "only programs and pages of this machine may do that");
        }
        if controls {
            return self.control(request).await;
        }
        match fault.map(|value| Fault::read(value.to_str().unwrap_or_default())) {
            Some(Ok(fault)) => fault.happen(&self.current(), request).await,
            _ => error(StatusCode::BAD_REQUEST, faults::USAGE),
        }
    }
}

/// Whether `Host` is a loopback name: a page elsewhere whose name was made to point here is not (DNS rebinding).
fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn error(status: StatusCode, text: &str) -> Response {
    reply::json(status, json!({"error": text}).to_string())
}
