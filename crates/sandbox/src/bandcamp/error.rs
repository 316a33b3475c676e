//! `{"error":true,"error_message":…}`.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::JSON;

#[derive(Debug)]
pub(super) enum Error {
    Missing(&'static str),
    NotANumber(&'static str),
    NotATime(&'static str),
    NotText(&'static str),
    NotAFlag(&'static str),
    UnknownFormat,
    CsvElsewhere,
    UnknownBand(u64),
    UnknownMember(u64),
    NotJson,
    NotAnObject,
    TooLarge,
    Unread,
    UnknownPath,
    WrongMethod,
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Error::NotJson | Error::NotAnObject | Error::Unread => StatusCode::BAD_REQUEST,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::UnknownPath => StatusCode::NOT_FOUND,
            Error::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::OK,
        }
    }

    fn message(&self) -> String {
        match self {
            Error::Missing(name) => format!("{name} is required"),
            Error::NotANumber(name) => format!("{name} must be a whole number"),
            Error::NotATime(name) => format!("{name} must be a time such as \"2016-01-31 23:59:59\""),
            Error::NotText(name) => format!("{name} must be a string"),
            Error::NotAFlag(name) => format!("{name} must be true or false"),
            Error::UnknownFormat => "format must be \"json\" or \"csv\"".to_owned(),
            Error::CsvElsewhere => "format \"csv\" is not offered by this version".to_owned(),
            Error::UnknownBand(id) => format!("no access to band {id}"),
            Error::UnknownMember(id) => format!("no member band {id}"),
            Error::NotJson => "the body is not JSON".to_owned(),
            Error::NotAnObject => "the body is not a JSON object".to_owned(),
            Error::TooLarge => "the body is too large".to_owned(),
            Error::Unread => "the body could not be read".to_owned(),
            Error::UnknownPath => "unknown function".to_owned(),
            Error::WrongMethod => "this function must be called with POST".to_owned(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = json!({ "error": true, "error_message": self.message() });
        (self.status(), [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
    }
}

pub(super) async fn unknown_path() -> Error {
    Error::UnknownPath
}

pub(super) async fn wrong_method() -> Error {
    Error::WrongMethod
}
