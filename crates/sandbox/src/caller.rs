//! Whom the gateway let through: its `X-Stagedoor-*` headers. `X-Stagedoor-App` and `X-Stagedoor-Team` come
//! too, but no resource differs by them: every app sees the same catalogue.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, request::Parts};

const ACCOUNT: &str = "x-stagedoor-account";
const SCOPES: &str = "x-stagedoor-scopes";

/// The person behind the access token and what they allowed.
pub(crate) struct Caller {
    /// Absent when the app calls for itself (client credentials).
    pub(crate) account: Option<String>,
    scopes: String,
}

impl Caller {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.split(' ').any(|granted| granted == scope)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Caller {
            account: text(&parts.headers, ACCOUNT),
            scopes: text(&parts.headers, SCOPES).unwrap_or_default(),
        })
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
