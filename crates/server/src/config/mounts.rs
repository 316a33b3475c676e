//! Where the APIs lie: each has a name and a place of its own.

use super::api::ApiConfiguration;
use super::check::Check;

/// Paths that are the server's own, whatever is mounted.
const OWN: [&str; 6] = ["/_stagedoor", "/dashboard", "/.well-known", "/healthz", "/readyz", "/metrics"];

/// Checks each API against those above it and the server's own paths, with that of the admin API where it is answered; one with mistakes of its own is passed over.
pub(super) fn check(apis: &[Option<ApiConfiguration>], admin: Option<&str>, check: &mut Check<'_>) {
    for (at, api) in apis.iter().enumerate() {
        let Some(api) = api else { continue };
        if let Some(own) = OWN.into_iter().chain(admin).find(|own| lies_in(&api.path, own)) {
            check.wrong(&place(at, "path"), format!("{own} is the server's own: choose another path"));
        }
        for (above, other) in apis[..at].iter().enumerate() {
            let Some(other) = other else { continue };
            if other.name == api.name {
                let line = check.line(&place(above, "name"));
                let message =
                    format!("line {line} has an API named \"{}\" already: choose another name", api.name);
                check.wrong(&place(at, "name"), message);
            }
            if other.host == api.host
                && let Some(message) = collision(api, other)
            {
                let key = if api.path.is_empty() && api.host.is_some() { "host" } else { "path" };
                check.wrong(&place(at, key), message);
            }
        }
    }
}

fn place(at: usize, key: &str) -> String {
    format!("api.{at}.{key}")
}

fn collision(api: &ApiConfiguration, other: &ApiConfiguration) -> Option<String> {
    let name = &other.name;
    if api.path == other.path {
        let path = if api.path.is_empty() { "/" } else { &api.path };
        return Some(format!("the API \"{name}\" lies at {path} too: give each a path or a host of its own"));
    }
    let within = |inner: &str, outer: &str| {
        let outer = if outer.is_empty() { "/" } else { outer };
        format!("{inner} lies within {outer}")
    };
    let how = if lies_in(&api.path, &other.path) {
        within(&api.path, &other.path)
    } else if lies_in(&other.path, &api.path) {
        within(&other.path, &api.path)
    } else {
        return None;
    };
    Some(format!("{how}, and one of them is the API \"{name}\": put them side by side"))
}

fn lies_in(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
