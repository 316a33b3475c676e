//! Traces, where the configuration names a collector: a request, and on its way what was decided, committed and asked of the
//! API behind. Finished spans go into a bounded channel; when it is full they are lost and counted, and nobody waits.
//!
//! A span says which API and endpoint, method, status and the request's name. No address, header, query or body is in one.

mod context;
mod otlp;
mod span;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use stagedoor_store::figures::{Counter, Stopwatch};
use tokio::sync::mpsc;

pub use otlp::encode;
pub(crate) use span::{Open, child};
pub use span::{Span, SpanKind};

use crate::listen::TrustedProxy;
use crate::{clock, entropy};
use context::Context;

/// W3C Trace Context §3.2.
pub(crate) const PARENT: HeaderName = HeaderName::from_static("traceparent");

/// Spans that may wait to be sent.
const WAITING: usize = 8192;

/// What is traced, and where it goes.
pub struct Traces {
    /// Requests out of 2^32 that are recorded, where no caller has decided it.
    sampled: u64,
    spans: mpsc::Sender<Span>,
    lost: Counter,
}

/// The trace of one request.
pub(crate) struct Trace {
    context: Context,
    /// Whose span the request's own is a child of.
    parent: Option<[u8; 8]>,
    /// The machine's time when it began, in nanoseconds, and what goes on from there: spans of one request never overlap
    /// wrongly, whatever is done to the clock.
    began: u64,
    watch: Stopwatch,
    traces: Arc<Traces>,
}

impl Traces {
    /// Records this share of requests, from 0 to 1. The spans come out at the other end.
    pub fn new(ratio: f64) -> (Arc<Self>, mpsc::Receiver<Span>) {
        let (spans, finished) = mpsc::channel(WAITING);
        let sampled = (ratio.clamp(0.0, 1.0) * (1u64 << 32) as f64) as u64;
        (Arc::new(Self { sampled, spans, lost: Counter::default() }), finished)
    }

    /// Counts spans that nobody will see.
    pub fn lose(&self, number: u64) {
        self.lost.add(number);
    }

    /// Spans that nobody will see.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.value()
    }

    /// The trace of a request: the one a trusted proxy says it belongs to, else a new one.
    pub(crate) fn begin(self: &Arc<Self>, request: &Request<Body>) -> Arc<Trace> {
        let trusted = request.extensions().get::<TrustedProxy>().is_some();
        let given = if trusted { Context::read(request.headers()) } else { None };
        let (context, parent) = match given {
            Some(given) => (given.child(&mut entropy::rng()), Some(given.span)),
            None => (Context::new(self.sampled, &mut entropy::rng()), None),
        };
        let (began, watch) = (clock::nanoseconds(), Stopwatch::start());
        Arc::new(Trace { context, parent, began, watch, traces: self.clone() })
    }
}

impl Trace {
    /// What the API behind is told, so that its spans are children of `span`.
    pub(crate) fn header(&self, span: Option<&Open>) -> HeaderValue {
        let span = span.map_or(self.context.span, Open::id);
        Context { span, ..self.context }.to_header()
    }

    fn now(&self) -> u64 {
        self.began.saturating_add(u64::try_from(self.watch.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn finish(&self, span: Span) {
        if self.traces.spans.try_send(span).is_err() {
            self.traces.lost.one();
        }
    }
}
