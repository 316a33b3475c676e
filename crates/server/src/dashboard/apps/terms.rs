//! The terms of an API: whoever makes an app of it, or takes one over, accepts them.

use super::super::visit::Visit;
use crate::api::{Api, Terms};

/// Terms as a form asks for them.
pub(in crate::dashboard) struct Asked<'a> {
    pub(in crate::dashboard) api: &'a Api,
    pub(in crate::dashboard) terms: &'a Terms,
    /// Whether the form says that they accept them as they are now.
    pub(in crate::dashboard) is_accepted: bool,
}

/// Those of an API; none where it has none.
pub(in crate::dashboard) fn asked<'a>(visit: &Visit<'_>, api: &'a Api) -> Option<Asked<'a>> {
    let terms = api.terms.as_ref()?;
    let is_accepted = visit.field(&format!("terms.{}", api.rules.api)) == terms.version;
    Some(Asked { api, terms, is_accepted })
}

/// The version that the form accepts, none where the API has no terms; or what to do.
pub(in crate::dashboard) fn accepted(visit: &Visit<'_>, api: &Api) -> Result<Option<String>, &'static str> {
    match asked(visit, api) {
        None => Ok(None),
        Some(asked) if asked.is_accepted => Ok(Some(asked.terms.version.clone())),
        Some(_) => Err("Read the terms of this API, and accept them."),
    }
}
