//! The way of an API request: route → authenticate → scope → limit → upstream. Each step is one file; the first that
//! refuses answers.

mod authenticate;
mod body;
mod counted;
mod limit;
pub(crate) mod refuse;
mod scope;
pub(crate) mod upstream;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use stagedoor_protocol::Timestamp;

use crate::api::Api;
use authenticate::{Caller, Unauthenticated};
pub(crate) use body::BODY_PATIENCE;
use counted::Counted;
use refuse::Refused;

/// Answers an API call.
pub(crate) async fn handle(api: &Api, request: Request<Body>) -> Response {
    let now = api.now();
    let mut counted = Counted::of(api, &request, now);
    let caller = match authenticate::caller(api, request.headers(), request.extensions(), now).await {
        Ok(caller) => caller,
        Err(Unauthenticated { refused, whose }) => {
            let refused = limit::unauthenticated(api, request.extensions(), refused, now);
            counted.app = whose;
            return counted.refused(api, &refused);
        }
    };
    api.figures.apps.call(caller.app, &caller.client_id);
    (counted.app, counted.account) = (Some(caller.app), caller.account);
    match pass(api, request, &caller, now).await {
        Ok(response) => counted.answered(api, response),
        Err(refused) => counted.refused(api, &refused),
    }
}

/// What the API says itself stays. Shared caches keep no answer to a request with `Authorization` (RFC 9111 §3.5), but a
/// legacy key means nothing to them.
fn protect(caller: &Caller, headers: &mut HeaderMap) {
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    if caller.by_legacy_key {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private"));
    }
}

async fn pass(
    api: &Api,
    request: Request<Body>,
    caller: &Caller,
    now: Timestamp,
) -> Result<Response, Refused> {
    let path = api.local_path(request.uri().path()).unwrap_or("/");
    scope::check(api, path, caller)?;
    let share = limit::take(api, caller, now)?;
    let (parts, sent) = request.into_parts();
    let (sent, late) = body::of_call(sent, api.body_patience);
    let mut answered = upstream::call(api, Request::from_parts(parts, sent), caller).await;
    if late.is_late() {
        answered = Err(Refused::BodyLate);
    }
    let mut response = answered.unwrap_or_else(|refused| refuse::response(api, &refused));
    protect(caller, response.headers_mut());
    share.finish(api, &mut response);
    Ok(response)
}
