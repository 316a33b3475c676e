//! The request that is being answered: its name and its trace. They are the task's own while it is answered, so that whatever
//! logs on the way need not be told of them; where nothing is logged, nothing is made.

mod access;
mod id;
mod noted;

use std::sync::Arc;

use axum::http::HeaderName;

use access::Asked;
pub use id::RequestId;
pub(crate) use noted::Noted;

use crate::traces::Trace;

/// Carries the request's name: to the caller, to the API behind, and here from a proxy that is trusted.
pub(crate) const ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Current;
}

/// What is known of the request that is being answered.
pub(crate) struct Current {
    pub(crate) id: RequestId,
    pub(crate) trace: Option<Arc<Trace>>,
}

/// The name of the request that this task answers.
pub fn current_id() -> Option<RequestId> {
    CURRENT.try_with(|current| current.id.clone()).ok()
}

/// The trace of the request that this task answers.
pub(crate) fn current_trace() -> Option<Arc<Trace>> {
    CURRENT.try_with(|current| current.trace.clone()).ok().flatten()
}

/// Answers a request as the current one.
pub(crate) async fn within<T>(current: Current, answer: impl Future<Output = T>) -> T {
    CURRENT.scope(current, answer).await
}
