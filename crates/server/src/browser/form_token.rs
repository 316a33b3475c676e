//! Protection of forms against requests from other sites (RFC 6819 §5.3.5, RFC 9700 §4.7): where the browser says the
//! request comes from, and a token bound to the browser's cookie and the page's address.

use axum::http::{HeaderMap, header};
use stagedoor_protocol::keys::{KeyId, Purpose};

use super::Door;
use crate::listen::is_loopback;

/// The token of a form on the page at `address`, shown to the browser that holds `cookie`.
pub(crate) fn make(door: &Door<'_>, cookie: &str, address: &str) -> String {
    let key = door.keys.active(Purpose::Form, door.now);
    let tag = door.keys.tag(Purpose::Form, key, &parts(cookie, address)).unwrap_or_default();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{hex}", key.0)
}

/// Whether `token` was made for this browser and page.
pub(crate) fn check(door: &Door<'_>, token: &str, cookie: &str, address: &str) -> bool {
    let Some((key, hex)) = token.split_once('.') else { return false };
    let Ok(key) = key.parse().map(KeyId) else { return false };
    let bytes = |hex: &str| -> Option<Vec<u8>> {
        let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        (0..hex.len()).step_by(2).map(pair).collect()
    };
    bytes(hex).is_some_and(|tag| door.keys.verify(Purpose::Form, key, &parts(cookie, address), &tag))
}

fn parts<'a>(cookie: &'a str, address: &'a str) -> [&'a [u8]; 3] {
    [cookie.as_bytes(), b"\0", address.as_bytes()]
}

/// The same for pages without a referrer, whose forms browsers send with `Origin: null`: whether they name another site, and
/// the token bound to the cookie, tell all the same.
pub(crate) fn is_cross_site_without_referrer(headers: &HeaderMap, origin: &str) -> bool {
    let mut headers = headers.clone();
    if headers.get(header::ORIGIN).is_some_and(|origin| origin == "null") {
        headers.remove(header::ORIGIN);
    }
    is_cross_site(&headers, origin)
}

/// Whether a browser says that another site sent this: not one at `origin`, which people reach this server by. A loopback
/// server has several names there. Programs that send neither header pass: they hold no person's cookies.
pub(crate) fn is_cross_site(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let host = text("host").unwrap_or_default();
    text("origin").is_some_and(|sender| sender != origin && !is_loopback_alias(sender, host, origin))
}

/// Whether `sender` is the loopback name that the browser reached the server by, whose own origin is another of them.
fn is_loopback_alias(sender: &str, host: &str, origin: &str) -> bool {
    let Some((scheme, own)) = origin.split_once("://") else { return false };
    is_loopback(own) && is_loopback(host) && sender.split_once("://") == Some((scheme, host))
}

/// What is said then.
pub(crate) fn not_from_here(origin: &str) -> String {
    format!(
        "Another site sent this form, or its page was opened by another address than {origin}. Nothing was done."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Origin` is never measured by what the request says of itself: a name that was made to point here (DNS rebinding) is
    /// none of ours.
    #[test]
    fn origins() {
        let cases = [
            ("https://api.example", "https://api.example", "api.example", true),
            // A proxy may name another host.
            ("https://api.example", "https://api.example", "127.0.0.1:8080", true),
            ("https://api.example", "https://evil.example", "evil.example", false),
            ("https://api.example", "http://api.example", "api.example", false),
            ("https://api.example", "https://localhost", "localhost", false),
            ("http://127.0.0.1:80", "http://localhost:80", "localhost:80", true),
            ("http://localhost:80", "http://[::1]:80", "[::1]:80", true),
            ("http://localhost:80", "https://[::1]:80", "[::1]:80", false),
            ("http://127.0.0.1:80", "http://localhost:81", "localhost:80", false),
            ("http://127.0.0.1:80", "http://evil.example", "evil.example", false),
            ("http://127.0.0.1:80", "http://evil.example", "localhost:80", false),
            ("http://127.0.0.1:80", "null", "localhost:80", false),
        ];
        for (own, origin, host, is_own) in cases {
            let named = [(header::ORIGIN, origin), (header::HOST, host)];
            let headers = named.into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
            assert_eq!(is_cross_site(&headers, own), !is_own, "{own} {origin} {host}");
        }
    }
}
