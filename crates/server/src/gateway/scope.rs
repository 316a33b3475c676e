//! Whether the token may make this call (RFC 6750 §3.1).

use stagedoor_wire::api_error::ApiErrorKind;

use super::authenticate::Caller;
use super::refuse::Refused;
use crate::api::Api;

/// Demands every scope that is declared for a prefix of `path`.
pub(super) fn check(api: &Api, path: &str, caller: &Caller) -> Result<(), Refused> {
    let covers = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
    };
    let mut needed = api.needed_scopes.iter().filter(|needed| covers(&needed.prefix));
    if needed.all(|needed| caller.scopes.contains(&needed.scope)) {
        Ok(())
    } else {
        Err(ApiErrorKind::ScopeMissing.into())
    }
}
