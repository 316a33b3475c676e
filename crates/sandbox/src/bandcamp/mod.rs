//! Bandcamp's API: bands, sales and merch orders (Bandcamp, Account, Sales and Merch Orders API).
//!
//! Every function is a POST of JSON, whatever the content type says. What is wrong with a call itself is told
//! with status 200 and `{"error":true,"error_message":…}`; only what is not a call at all has a 4xx. Every
//! app acts for the same label, band and sales.

mod bands;
mod call;
mod csv;
mod error;
mod moment;
mod orders;
mod sale;
mod sales;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;

use crate::Catalogue;
pub(crate) use bands::Band;
pub(crate) use sale::Sale;

/// No call needs a fraction of this.
const MAX_BODY_BYTES: usize = 64 * 1024;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The API's routes. A version belongs to a function, not to the API.
pub fn bandcamp(catalogue: &Arc<Catalogue>) -> Router {
    Router::new()
        .route("/api/account/1/my_bands", post(bands::my_bands))
        .route("/api/sales/1/sales_report", post(sales::report_keyed))
        .route("/api/sales/2/sales_report", post(sales::report_keyed))
        .route("/api/sales/4/sales_report", post(sales::report_listed))
        .route("/api/merchorders/3/get_orders", post(orders::get_orders))
        .route("/api/merchorders/4/get_orders", post(orders::get_orders))
        .fallback(error::unknown_path)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(catalogue.clone())
}

fn reply(body: &Value) -> Response {
    ([(CONTENT_TYPE, JSON)], body.to_string()).into_response()
}
