//! Who may ask: programs and pages of this machine. Credentials are public here, so any page on the web that reached this
//! server could use and disturb it.

use axum::http::{HeaderMap, header};

use crate::listen::is_loopback;

/// Whether a browser says that a page sent this which is not of this machine. Programs and plain links say nothing.
pub(super) fn is_foreign_page(headers: &HeaderMap) -> bool {
    let is_own = |origin: &str| {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.is_some_and(is_loopback)
    };
    // Of a page without a referrer, such as those that links in mails lead to, browsers name no origin but say this.
    let from_here = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let is_known = |origin: &str| is_own(origin) || (origin == "null" && from_here);
    headers.get_all(header::ORIGIN).iter().any(|origin| !origin.to_str().is_ok_and(is_known))
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;

    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request<()> {
        let start = Request::builder().uri("/");
        headers.iter().fold(start, |request, (name, value)| request.header(*name, *value)).body(()).unwrap()
    }

    #[test]
    fn origins() {
        let own = ["http://127.0.0.1:3000", "http://localhost:5173", "https://localhost", "http://[::1]:1"];
        for origin in own {
            assert!(!is_foreign_page(request(&[("origin", origin)]).headers()), "{origin}");
        }
        let others = [
            "null",
            "",
            "http://evil.example",
            "https://evil.example:8080",
            "http://127.0.0.1.evil.example",
            "127.0.0.1",
        ];
        for origin in others {
            assert!(is_foreign_page(request(&[("origin", origin)]).headers()), "{origin}");
        }
        assert!(!is_foreign_page(request(&[]).headers()));
        let site = |origin, site| [("origin", origin), ("sec-fetch-site", site)];
        assert!(
            !is_foreign_page(request(&site("null", "same-origin")).headers()),
            "of a page without referrer"
        );
        assert!(is_foreign_page(request(&site("null", "cross-site")).headers()));
        assert!(is_foreign_page(request(&site("http://evil.example", "same-origin")).headers()));
        let two = [("origin", "http://127.0.0.1:3000"), ("origin", "http://evil.example")];
        assert!(is_foreign_page(request(&two).headers()));
    }
}
