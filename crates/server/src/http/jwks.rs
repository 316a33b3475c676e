//! The public keys of an API whose access tokens are JWTs (RFC 7517 §5).

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use stagedoor_protocol::jwt::{Algorithm, TokenFormat};

use super::reply;
use crate::api::Api;

/// Where they are, under the API's mount.
pub(crate) const PATH: &str = "/jwks";

/// Shorter than the time a new key waits, so that everyone has it before it signs.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=30");

/// How the API's access tokens are signed; none where they are opaque.
pub(crate) fn algorithm(api: &Api) -> Option<Algorithm> {
    match api.rules.token_format {
        TokenFormat::Opaque => None,
        TokenFormat::Jwt(algorithm) => Some(algorithm),
    }
}

pub(super) fn handle(api: &Api, method: &Method) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return reply::only_get();
    }
    let name = algorithm(api).map(Algorithm::as_str);
    let own = api.rules.keys.signers().map(|signer| signer.jwk()).filter(|jwk| Some(jwk.alg) == name);
    let keys: Vec<_> = own.collect();
    let mut response = reply::json(StatusCode::OK, json!({ "keys": keys }).to_string());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, MAX_AGE);
    headers.remove(header::PRAGMA);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json"));
    response
}
