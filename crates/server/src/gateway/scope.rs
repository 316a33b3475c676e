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
    if !api.needed_scopes.is_empty() && is_ambiguous(path) {
        return Err(ApiErrorKind::Malformed.into());
    }
    let mut needed = api.needed_scopes.iter().filter(|needed| covers(&needed.prefix));
    if needed.all(|needed| caller.scopes.contains(&needed.scope)) {
        Ok(())
    } else {
        Err(ApiErrorKind::ScopeMissing.into())
    }
}

/// Whether an upstream that normalises paths (RFC 3986 §6.2.2) might read another one than was checked here.
fn is_ambiguous(path: &str) -> bool {
    let dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    let escapes = path.as_bytes().windows(3).filter(|three| three[0] == b'%');
    let unreserved = |three: &[u8]| {
        let byte = std::str::from_utf8(&three[1..]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        byte.is_none_or(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-' | b'/')
        })
    };
    dots || path.contains("//") || escapes.into_iter().any(unreserved)
}

#[cfg(test)]
mod tests {
    use super::is_ambiguous;

    #[test]
    fn ambiguous_paths() {
        for path in ["//profile", "/%70rofile", "/x/../profile", "/./profile", "/x%2fprofile", "/x%zz"] {
            assert!(is_ambiguous(path), "{path}");
        }
        for path in ["/profile", "/profile/", "/search/a%20b", "/v2.9/x..y", "/"] {
            assert!(!is_ambiguous(path), "{path}");
        }
    }
}
