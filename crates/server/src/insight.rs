//! How a server is looked into: figures, logs and traces. And the listener that shows figures and nothing else.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use crate::browser::plain;
use crate::figures::Figures;
use crate::listen::Handler;
use crate::traces::Traces;
use crate::{Server, figures, health};

/// What is noted of requests, and where it goes. Cheap to clone.
#[derive(Clone, Default)]
pub struct Insight {
    pub figures: Arc<Figures>,
    /// Whether `/metrics` is answered on a listener of its own, and then there alone.
    pub own_listener: bool,
    /// Whether each request is logged.
    pub access_log: bool,
    /// Where traces go, if anywhere.
    pub traces: Option<Arc<Traces>>,
    /// Whether the process is about to end: `/readyz` says so while what is in flight is finished.
    pub stopping: Arc<AtomicBool>,
}

/// What the figures' own listener answers with: the server that runs now, which has every API.
pub struct FiguresListener<F>(pub F);

impl<F: Fn() -> Arc<Server> + Send + Sync + 'static> Handler for FiguresListener<F> {
    async fn handle(&self, request: Request<Body>) -> Response {
        let (server, request) = ((self.0)(), request.map(drop));
        if let Some(figures) = figures::alone(&server, &request).await {
            return figures;
        }
        match health::answer(&server, request.uri().path(), request.method()).await {
            Some(health) => health,
            None => plain(StatusCode::NOT_FOUND, "There are /metrics, /healthz and /readyz here.\n"),
        }
    }
}
