//! Protection of forms against requests from other sites (RFC 6819 §5.3.5, RFC 9700 §4.7): where the browser says the
//! request comes from, and a token bound to the browser's cookie and the page's address.

use axum::http::{HeaderMap, header};
use stagedoor_protocol::keys::{KeyId, Purpose};

use super::Door;

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

/// Whether a browser says that another site sent this. `origin` is what this server is reached by; its scheme counts, and
/// the host is the one the browser names, for a loopback server has several. Programs that send neither header pass: they
/// hold no person's cookies.
pub(crate) fn is_cross_site(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let scheme = origin.split_once("://").map_or("", |(scheme, _)| scheme);
    let own = format!("{scheme}://{}", text("host").unwrap_or_default());
    text("origin").is_some_and(|sender| sender != own)
}
