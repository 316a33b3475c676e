//! `{"errors":[{"key","code","message"}]}` with the status.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::JSON;

pub(super) enum Error {
    NoArtist,
    NoPlatform,
    InvalidTerm,
    InvalidLimit,
    InvalidOffset,
    UnknownPath,
    WrongMethod,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, key, message) = match self {
            Error::NoArtist => (StatusCode::NOT_FOUND, "not_found", "Artist not found"),
            Error::NoPlatform => (StatusCode::NOT_FOUND, "not_found", "Platform not found"),
            Error::InvalidTerm => (StatusCode::BAD_REQUEST, "bad_request", "term: not valid UTF-8"),
            Error::InvalidLimit => {
                (StatusCode::BAD_REQUEST, "bad_request", "limit: must be a whole number, 20 at most")
            }
            Error::InvalidOffset => {
                (StatusCode::BAD_REQUEST, "bad_request", "offset: must be a whole number")
            }
            Error::UnknownPath => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Error::WrongMethod => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed")
            }
        };
        let body = json!({ "errors": [{ "key": key, "code": status.as_u16(), "message": message }] });
        (status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
    }
}

pub(super) async fn unknown_path() -> Error {
    Error::UnknownPath
}

pub(super) async fn wrong_method() -> Error {
    Error::WrongMethod
}
