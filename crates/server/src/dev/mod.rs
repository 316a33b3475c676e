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
use axum::http::{Method, StatusCode, header};
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
    clock: Clock,
    stage: Arc<Stage>,
}

/// Where servers take each other's place.
struct Stage {
    server: ArcSwap<Server>,
    restart: Restart,
    resetting: Mutex<()>,
}

const CONTROLS: &str = "/_dev/";

impl Dev {
    /// Wraps `server`; `restart` serves `POST /_dev/reset`.
    pub fn new(server: Arc<Server>, restart: Restart) -> Self {
        let clock = server.clock().clone();
        let stage = Stage { server: ArcSwap::new(server), restart, resetting: Mutex::new(()) };
        Self { clock, stage: Arc::new(stage) }
    }

    /// The server that runs now.
    pub fn current(&self) -> Arc<Server> {
        self.stage.server.load_full()
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
        let _one_at_a_time = self.resetting.lock().await;
        let next = (self.restart)(self.server.load_full()).await?;
        self.server.store(next);
        Ok(())
    }
}

impl Handler for Dev {
    async fn handle(&self, request: Request<Body>) -> Response {
        let controls = request.uri().path().starts_with(CONTROLS);
        let fault = request.headers().get(faults::HEADER);
        if !controls && fault.is_none() {
            return self.current().handle(request).await;
        }
        if !is_local(&request) || is_cross_site(request.headers(), "http://") {
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

/// Whether the request names this machine by a loopback name: a page elsewhere whose name was made to point here does not
/// (DNS rebinding).
fn is_local<T>(request: &Request<T>) -> bool {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    is_loopback_name(host) && request.uri().authority().is_none_or(|own| is_loopback_name(own.as_str()))
}

fn is_loopback_name(host: &str) -> bool {
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
