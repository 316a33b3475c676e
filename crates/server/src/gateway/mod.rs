//! The way of an API request: route → authenticate → scope → limit → upstream. Each step is one file; the first that
//! refuses answers.

mod authenticate;
mod limit;
pub(crate) mod refuse;
mod scope;
mod upstream;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;

use crate::api::Api;
use refuse::Refused;

/// Answers an API call.
pub(crate) async fn handle(api: &Api, request: Request<Body>) -> Response {
    match pass(api, request).await {
        Ok(response) => response,
        Err(refused) => refuse::response(api, &refused),
    }
}

async fn pass(api: &Api, request: Request<Body>) -> Result<Response, Refused> {
    let now = api.now();
    let caller = match authenticate::caller(api, request.headers(), now).await {
        Ok(caller) => caller,
        Err(refused) => return Err(limit::unauthenticated(api, request.extensions(), refused, now)),
    };
    let path = api.local_path(request.uri().path()).unwrap_or("/");
    scope::check(api, path, &caller)?;
    let share = limit::take(api, &caller, now)?;
    let mut response = upstream::call(api, request, &caller).await?;
    share.finish(api, &mut response);
    Ok(response)
}
