//! Path and host that lead to an API.

use crate::config::check::Check;
use crate::config::server::ServerConfiguration;

/// The path without trailing slash; empty for all of a host.
pub(super) fn path(
    written: Option<&str>,
    has_host: bool,
    at: usize,
    check: &mut Check<'_>,
) -> Option<String> {
    let Some(path) = written else {
        let message =
            "`path` is missing: write where the API lies, such as \"/catalogue\", or give it a `host`";
        return check.needed(has_host.then(String::new), &format!("api.{at}"), message);
    };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(legal);
    let is_path = path == "/" || path.strip_prefix('/').is_some_and(|path| path.split('/').all(segment));
    let message = format!(
        "\"{path}\" is not a path to lie at: it begins with /, does not end with it and holds letters, digits and - . _ ~ alone"
    );
    check.needed(is_path.then(|| path.trim_end_matches('/').to_owned()), &format!("api.{at}.path"), message)
}

/// The host name in lower case; `Some(None)` where none is written.
pub(super) fn host(
    written: Option<&str>,
    server: Option<&ServerConfiguration>,
    at: usize,
    check: &mut Check<'_>,
) -> Option<Option<String>> {
    let Some(host) = written else { return Some(None) };
    let place = format!("api.{at}.host");
    if !is_host(host) {
        let message = format!(
            "\"{host}\" is not a host name: write it without scheme, port and path, such as \"api.example.com\""
        );
        check.wrong(&place, message);
        return None;
    }
    if server.is_some_and(|server| server.url.is_none()) {
        let message = "`host` needs [server] `url`, which says by which scheme and port hosts are reached";
        check.wrong(&place, message);
        return None;
    }
    Some(Some(host.to_ascii_lowercase()))
}

fn is_host(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let label = |label: &str| !label.is_empty() && label.len() < 64 && label.bytes().all(legal);
    text.len() < 254 && text.split('.').all(label)
}
