//! The endpoints people see: sign-in, consent, device codes. Forms work without JavaScript; every flow's state is its own
//! address, so that two tabs don't disturb each other.

mod agent;
pub(crate) mod authorize;
pub(crate) mod device;
mod door;
mod explain;
pub(crate) mod form_token;
mod known;
mod response;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod visitor;

pub use setup::PATH as SETUP_PATH;

pub(crate) use door::Door;
pub(crate) use form_token::is_cross_site;
pub(crate) use response::{page, page_with_script, protected, redirect};

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::api::Api;
use crate::pages::{Frame, SCRIPT, STYLESHEET};

/// Where what pages need lies, beside all APIs.
pub(crate) const ASSETS: &str = "/_stagedoor/";

/// The assets' addresses: others whenever their content changes, so that browsers may keep them for good.
static STYLESHEET_PATH: LazyLock<String> = LazyLock::new(|| asset_path("style", "css", STYLESHEET));
static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| asset_path("comfort", "js", SCRIPT));

fn asset_path(name: &str, extension: &str, content: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{ASSETS}{name}-{:016x}.{extension}", hasher.finish())
}

/// What every page of an API is framed by.
fn frame(api: &Api) -> Frame<'_> {
    api.door().frame()
}

pub(crate) fn stylesheet() -> &'static str {
    &STYLESHEET_PATH
}

pub(crate) fn script() -> &'static str {
    &SCRIPT_PATH
}

/// Assets as most browsers get them. Pages are never compressed: that tells whoever can cause requests and see their sizes what
/// is secret in them (BREACH).
static SMALL_STYLESHEET: LazyLock<Bytes> = LazyLock::new(|| gzip(STYLESHEET));
static SMALL_SCRIPT: LazyLock<Bytes> = LazyLock::new(|| gzip(SCRIPT));

fn gzip(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    // Nothing fails that is written to memory.
    written.unwrap_or_default().into()
}

/// An asset of the pages.
pub(crate) fn asset(path: &str, headers: &HeaderMap) -> Response {
    let (content_type, content, small) = if path == STYLESHEET_PATH.as_str() {
        ("text/css; charset=utf-8", STYLESHEET, &SMALL_STYLESHEET)
    } else if path == SCRIPT_PATH.as_str() {
        ("text/javascript; charset=utf-8", SCRIPT, &SMALL_SCRIPT)
    } else {
        return plain(StatusCode::NOT_FOUND, "There is nothing here.\n");
    };
    let is_small = takes_gzip(headers);
    let mut response =
        Response::new(if is_small { Body::from(Bytes::clone(small)) } else { Body::from(content) });
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_small {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Whether `gzip` is named and not refused (RFC 9110 §12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip")) && parts.all(|part| part != "q=0")
    })
}

/// The answer to a path that no API is mounted at.
pub(crate) fn outside(path: &str, apis: &[Arc<Api>], dashboard: Option<&str>) -> Response {
    if path == "/favicon.ico" {
        return plain(StatusCode::NO_CONTENT, "");
    }
    let status = if path == "/" { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let mut text = String::from("This is Stagedoor. The APIs here:\n\n");
    let mut mounts: Vec<_> =
        apis.iter().map(|api| (api.mount.as_str(), api.dialect().title.as_str())).collect();
    mounts.sort_unstable();
    for (mount, title) in mounts {
        text.push_str(&format!("  {mount}/  {title}\n"));
    }
    if let Some(dashboard) = dashboard {
        text.push_str(&format!("\nApps, secrets and usage, in a browser: {dashboard}\n"));
    }
    plain(status, text)
}

/// Whether a browser asks, rather than a program.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

pub(crate) fn plain(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
