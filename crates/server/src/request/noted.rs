//! What is noted of each request once it is answered: figures always, a line in the access log and a span where they are
//! wanted.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use stagedoor_store::figures::Stopwatch;

use super::{Asked, current_id, current_trace};
use crate::http::Endpoint;
use crate::traces::{Open, Trace};
use crate::{Api, Insight};

/// A request that is being answered.
pub(crate) struct Noted {
    watch: Stopwatch,
    asked: Option<Asked>,
    span: Option<Open>,
}

impl Noted {
    /// Begins with the current request.
    pub(crate) fn begin(insight: &Insight, request: &Request<Body>) -> Self {
        Self {
            watch: Stopwatch::start(),
            asked: insight.access_log.then(|| Asked::of(request)),
            span: current_trace().as_ref().and_then(Trace::open).map(|span| begun(span, request.method())),
        }
    }

    /// Notes the answer. `led_to`: the API and endpoint, where there is one.
    pub(crate) fn answered(self, insight: &Insight, led_to: Option<(&Api, Endpoint)>, status: StatusCode) {
        let took = self.watch.elapsed();
        match led_to {
            Some((api, endpoint)) => api.figures.answered(endpoint, status, took),
            None => insight.figures.outside(status),
        }
        let (api, endpoint) =
            led_to.map_or(("", "none"), |(api, endpoint)| (&*api.rules.api, endpoint.name()));
        if let Some(asked) = self.asked {
            asked.answered(api, endpoint, status, took);
        }
        if let Some(span) = self.span {
            ended(span, api, endpoint, status);
        }
    }
}

fn begun(mut span: Open, method: &Method) -> Open {
    // A name of the caller's own choosing is none of ours (OpenTelemetry's conventions for HTTP).
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::PATCH,
    ];
    let method = if KNOWN.contains(method) { method.as_str() } else { "_OTHER" };
    span.text("http.request.method", method);
    span
}

fn ended(mut span: Open, api: &str, endpoint: &'static str, status: StatusCode) {
    span.rename([api, endpoint].join(" ").trim_start().to_owned());
    span.text("stagedoor.api", api);
    span.text("stagedoor.endpoint", endpoint);
    if let Some(id) = current_id() {
        span.text("stagedoor.request_id", id.as_str());
    }
    span.number("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail();
    }
}
