//! Pages and redirects with the headers that protect them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

/// A page. `form_targets` are the origins its forms may end at beside this one: browsers hold a form's redirects to
/// `form-action` as well (CSP Level 3 §6.4.3.1).
pub(crate) fn page(status: StatusCode, html: String, form_targets: Option<&str>) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    protect(headers, "", form_targets);
    response
}

/// A page of the dashboard: the one script of this server may add comfort to it, and ask this server.
pub(crate) fn page_with_script(status: StatusCode, html: String) -> Response {
    let mut response = page(status, html, None);
    protect(response.headers_mut(), " script-src 'self'; connect-src 'self';", None);
    response
}

/// An answer that is no page, kept by no cache and run by no browser.
pub(crate) fn protected(mut response: Response) -> Response {
    protect(response.headers_mut(), "", None);
    response
}

/// A redirect. After a form it is 303, so that the password or answer is not sent on (RFC 9700 §4.12: never 307).
pub(crate) fn redirect(method: &Method, location: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = if method == Method::POST { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_bytes(location.as_bytes()) {
        headers.insert(header::LOCATION, location);
    }
    protect(headers, "", None);
    response
}

fn protect(headers: &mut HeaderMap, script: &str, form_targets: Option<&str>) {
    let targets = form_targets.unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self';{script} form-action 'self' {targets}; frame-ancestors 'none'; base-uri 'none'"
    );
    let policy = HeaderValue::from_str(&policy);
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    );
    // RFC 9700 §4.16: against framing, also in browsers without CSP.
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // RFC 9700 §4.2.4: no address with a code or state goes to another origin. (`no-referrer` would also blank the
    // Origin of our own forms.)
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}
