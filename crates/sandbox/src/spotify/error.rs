//! The Web API's regular error object: `{"error":{"status":404,"message":"Resource not found"}}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::JSON;
use crate::query::WindowError;

#[derive(Debug)]
pub(super) enum Error {
    InvalidId,
    MissingIds,
    TooManyIds,
    NoQuery,
    LongQuery,
    MissingType,
    BadType(String),
    InvalidMarket,
    InvalidLimit,
    InvalidOffset,
    /// The token is an app's, not a person's.
    NoUser,
    NotFound,
    UnknownPath,
    WrongMethod,
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Error::NoUser => StatusCode::UNAUTHORIZED,
            Error::NotFound | Error::UnknownPath => StatusCode::NOT_FOUND,
            Error::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Texts that people have reported from the live service.
    fn message(&self) -> String {
        let text = match self {
            Error::InvalidId => "Invalid base62 id",
            Error::MissingIds => "Missing required field: ids",
            Error::TooManyIds => "too many ids requested",
            Error::NoQuery => "No search query",
            Error::LongQuery => "Query exceeds maximum length of 250 characters",
            Error::MissingType => "Missing parameter type",
            Error::BadType(sent) => return format!("Bad search type field {sent}"),
            Error::InvalidMarket => "Invalid market code",
            Error::InvalidLimit => "Invalid limit",
            Error::InvalidOffset => "Invalid offset",
            Error::NoUser => "Valid user authentication required",
            Error::NotFound => "Resource not found",
            Error::UnknownPath => "Service not found",
            Error::WrongMethod => "Method not allowed",
        };
        text.to_owned()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "status": self.status().as_u16(), "message": self.message() } });
        (self.status(), [(CONTENT_TYPE, JSON)], format!("{body:#}")).into_response()
    }
}

impl From<WindowError> for Error {
    fn from(error: WindowError) -> Error {
        match error {
            WindowError::Limit => Error::InvalidLimit,
            WindowError::Offset => Error::InvalidOffset,
        }
    }
}

pub(super) async fn unknown_path() -> Error {
    Error::UnknownPath
}

pub(super) async fn wrong_method() -> Error {
    Error::WrongMethod
}

/// The id in the path, whatever its form.
pub(super) struct Id(pub(super) String);

impl Id {
    /// Why nothing was found under this id.
    pub(super) fn refused(&self) -> Error {
        if is_base62(&self.0) { Error::NotFound } else { Error::InvalidId }
    }
}

/// 22 characters; more than that many bits do not fit an id, but nobody is known to check.
pub(super) fn is_base62(id: &str) -> bool {
    id.len() == 22 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        // The only way for a path that matched to be refused is that it is not UTF-8.
        let id: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        id.map(|Path(id)| Id(id)).map_err(|_| Error::InvalidId)
    }
}
