//! One piece of work, and how long it took.

use std::borrow::Cow;
use std::sync::Arc;

use super::Trace;
use super::context;
use crate::{entropy, request};

/// A finished piece of work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    pub trace: [u8; 16],
    pub id: [u8; 8],
    pub parent: Option<[u8; 8]>,
    pub name: Cow<'static, str>,
    pub kind: SpanKind,
    /// Nanoseconds since the Unix epoch.
    pub began: u64,
    pub ended: u64,
    pub texts: Vec<(&'static str, String)>,
    pub numbers: Vec<(&'static str, i64)>,
    /// Whether it is this server's or the API's fault that it did not succeed.
    pub failed: bool,
}

/// Who works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpanKind {
    Internal,
    /// Somebody asked this server.
    Server,
    /// This server asks somebody.
    Client,
}

/// A piece of work that goes on until this is dropped.
pub(crate) struct Open {
    trace: Arc<Trace>,
    span: Span,
}

/// A piece of the work on the current request; `None` where that is not recorded.
pub(crate) fn child(name: &'static str, kind: SpanKind) -> Option<Open> {
    let trace = request::current_trace().filter(|trace| trace.context.sampled)?;
    let (id, parent) = (context::span(&mut entropy::rng()), trace.context.span);
    Some(Open::new(trace, id, Some(parent), name.into(), kind))
}

impl Trace {
    /// The request itself; `None` where it is not recorded.
    pub(crate) fn open(trace: &Arc<Self>) -> Option<Open> {
        let (id, parent) = (trace.context.span, trace.parent);
        trace
            .context
            .sampled
            .then(|| Open::new(trace.clone(), id, parent, "request".into(), SpanKind::Server))
    }
}

impl Open {
    fn new(
        trace: Arc<Trace>,
        id: [u8; 8],
        parent: Option<[u8; 8]>,
        name: Cow<'static, str>,
        kind: SpanKind,
    ) -> Self {
        let began = trace.now();
        let span = Span {
            trace: trace.context.trace,
            id,
            parent,
            name,
            kind,
            began,
            ended: began,
            texts: Vec::new(),
            numbers: Vec::new(),
            failed: false,
        };
        Self { trace, span }
    }

    pub(super) fn id(&self) -> [u8; 8] {
        self.span.id
    }

    pub(crate) fn rename(&mut self, name: String) {
        self.span.name = name.into();
    }

    pub(crate) fn text(&mut self, name: &'static str, value: impl Into<String>) {
        self.span.texts.push((name, value.into()));
    }

    pub(crate) fn number(&mut self, name: &'static str, value: i64) {
        self.span.numbers.push((name, value));
    }

    pub(crate) fn fail(&mut self) {
        self.span.failed = true;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.trace.finish(Span { ended: self.trace.now(), ..self.span.clone() });
    }
}
