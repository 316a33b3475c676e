//! Soundcharts' API: an artist by UUID or by Spotify's id, and artist search.
//!
//! A single thing comes as `{"type","object","errors"}`, a list as `{"items","page","errors"}`; `errors` is
//! at the root of every answer (Soundcharts, API reference).

mod artists;
mod error;
mod search;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;

use crate::Catalogue;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The API's routes. A version belongs to a function, not to the API: several stand side by side.
pub fn soundcharts(catalogue: &Arc<Catalogue>) -> Router {
    Router::new()
        .route("/api/v2/artist/{uuid}", get(artists::summary))
        .route("/api/v2.9/artist/{uuid}", get(artists::metadata))
        .route("/api/v2.9/artist/by-platform/{platform}/{id}", get(artists::by_platform))
        .route("/api/v2/artist/search/{term}", get(search::artists))
        .fallback(error::unknown_path)
        .method_not_allowed_fallback(error::wrong_method)
        .with_state(catalogue.clone())
}

fn reply(body: &Value) -> Response {
    ([(CONTENT_TYPE, JSON)], body.to_string()).into_response()
}
