//! The endpoints people see: sign-in, consent, device codes. Forms work without JavaScript; every flow's state is its own
//! address, so that two tabs don't disturb each other.

pub(crate) mod authorize;
pub(crate) mod device;
mod explain;
mod form_token;
mod known;
mod response;
pub(crate) mod setup;
mod sign_in;
mod visitor;

pub use setup::PATH as SETUP_PATH;

pub(crate) use form_token::is_cross_site;
pub(crate) use response::page;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::api::Api;
use crate::pages::{Frame, STYLESHEET};

/// Where what pages need lies, beside all APIs.
pub(crate) const ASSETS: &str = "/_stagedoor/";

/// The stylesheet's address: another one whenever its content changes, so that browsers may keep it for good.
static STYLESHEET_PATH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    STYLESHEET.hash(&mut hasher);
    format!("{ASSETS}style-{:016x}.css", hasher.finish())
});

/// What every page of an API is framed by.
fn frame(api: &Api) -> Frame<'_> {
    Frame { api_title: &api.dialect().title, stylesheet: stylesheet() }
}

pub(crate) fn stylesheet() -> &'static str {
    &STYLESHEET_PATH
}

/// An asset of the pages.
pub(crate) fn asset(path: &str) -> Response {
    if path != STYLESHEET_PATH.as_str() {
        return plain(StatusCode::NOT_FOUND, "There is nothing here.\n");
    }
    let mut response = Response::new(Body::from(STYLESHEET));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The answer to a path that no API is mounted at.
pub(crate) fn outside(path: &str, apis: &[Arc<Api>]) -> Response {
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
    plain(status, text)
}

pub(crate) fn plain(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
