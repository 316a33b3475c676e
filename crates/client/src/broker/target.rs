//! What a request asks for: `/NAME/path?query` of a provider's API, or something of the broker's own.

use http::Uri;
use percent_encoding::percent_decode_str;

use super::refusal::Refusal;

/// The broker's own place. No credential's name begins so.
const OWN: &str = "_broker";
/// How often a path may have been encoded over: who goes further is up to something.
const MAX_ENCODINGS: usize = 3;

/// A request's target. Everything is as it was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Target<'a> {
    /// The broker's own, below `/_broker/`.
    Own(&'a str),
    /// A provider's.
    Api {
        /// What may be a credential's name.
        name: &'a str,
        /// Begins with `/`.
        path: &'a str,
        /// Without its `?`.
        query: Option<&'a str>,
    },
}

/// Reads `uri`. A path that leads up, in any spelling, is refused: what an allow-list lets through must not become another
/// path behind it.
pub(super) fn read(uri: &Uri) -> Result<Target<'_>, Refusal> {
    let whole = uri.path().strip_prefix('/').ok_or(Refusal::Path)?;
    let end = whole.find('/').unwrap_or(whole.len());
    let (name, path) = whole.split_at(end);
    if name == OWN {
        return Ok(Target::Own(path.trim_start_matches('/')));
    }
    let path = if path.is_empty() { "/" } else { path };
    if !is_plain(path) {
        return Err(Refusal::Path);
    }
    Ok(Target::Api { name, path, query: uri.query() })
}

fn is_plain(path: &str) -> bool {
    let mut path = path.as_bytes().to_vec();
    for _ in 0..=MAX_ENCODINGS {
        if !is_well_formed(&path) {
            return false;
        }
        let Ok(text) = std::str::from_utf8(&path) else { return false };
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        if decoded == path {
            return true;
        }
        path = decoded;
    }
    false
}

fn is_well_formed(path: &[u8]) -> bool {
    // Some servers take a backslash for a slash, and what follows a semicolon for a parameter of the segment.
    let segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
    let names = segments.map(|segment| segment.split(|&byte| byte == b';').next().unwrap_or_default());
    let leads_nowhere_else = names.into_iter().all(|name| name != b"." && name != b"..");
    leads_nowhere_else && !path.iter().any(u8::is_ascii_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &'static str) -> Result<Target<'static>, Refusal> {
        // Leaked: a test's few bytes.
        read(Box::leak(Box::new(Uri::from_static(text))))
    }

    #[test]
    fn names_paths_and_queries() {
        let api = |name, path, query| Target::Api { name, path, query };
        for (text, target) in [
            ("/spotify/v1/me", api("spotify", "/v1/me", None)),
            ("/spotify/v1/search?q=a%2Fb&x=../y", api("spotify", "/v1/search", Some("q=a%2Fb&x=../y"))),
            ("/spotify", api("spotify", "/", None)),
            ("/spotify/", api("spotify", "/", None)),
            ("/s/v1/a%2Fb%20c", api("s", "/v1/a%2Fb%20c", None)),
            ("/s/100%25/...", api("s", "/100%25/...", None)),
            ("/", api("", "/", None)),
            ("/_broker/status", Target::Own("status")),
            ("/_broker", Target::Own("")),
        ] {
            assert_eq!(read_text(text).ok(), Some(target), "{text}");
        }
    }

    #[test]
    fn paths_that_lead_up() {
        for bad in [
            "/s/..",
            "/s/v1/../admin",
            "/s/./v1",
            "/s/%2e%2e/admin",
            "/s/v1/%2E./x",
            "/s/v1/.%2e%2fadmin",
            "/s/%252e%252e/admin",
            "/s/%25252e%25252e/x",
            "/s/%2525252525252e/x",
            "/s/a%5c..%5cb",
            "/s/..;x=1/admin",
            "/s/a%00b",
            "/s/a%0d%0ab",
            "/s/%ff",
        ] {
            assert!(matches!(read_text(bad), Err(Refusal::Path)), "{bad}");
        }
    }
}
