//! Faults that a request asks for in a header: what a client must survive.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use stagedoor_protocol::Refusal;
use stagedoor_wire::api_error::ApiErrorKind;
use stagedoor_wire::token_error::TokenErrorKind;
use tokio::sync::watch;

use crate::gateway::refuse::{self, Refused};
use crate::http::{Endpoint, reply};
use crate::listen::CloseWithoutAnswer;
use crate::settle::Stop;
use crate::{Api, Server};

/// The header.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-stagedoor-fault");

/// What it may hold.
pub(super) const USAGE: &str =
    "X-Stagedoor-Fault is expired, revoked, 429, 429;retry-after=SECONDS, 500, timeout, html or drop-answer";

/// A fault that was asked for.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Fault {
    /// The token has expired.
    Expired,
    /// The token was revoked.
    Revoked,
    TooManyRequests {
        retry_after_seconds: u32,
    },
    ServerError,
    /// No answer, as long as the process runs.
    Timeout,
    /// A page of some proxy in the way.
    Html,
    /// The work is done, the answer is lost.
    DropAnswer,
}

impl Fault {
    /// Reads the header's value.
    pub(super) fn read(value: &str) -> Result<Self, ()> {
        let (name, parameter) = value.split_once(';').unwrap_or((value, ""));
        let seconds = match parameter.trim().split_once('=') {
            None if parameter.trim().is_empty() => None,
            Some(("retry-after", seconds)) if name.trim() == "429" => Some(seconds.parse().map_err(|_| ())?),
            _ => return Err(()),
        };
        match name.trim() {
            "expired" => Ok(Self::Expired),
            "revoked" => Ok(Self::Revoked),
            "429" => Ok(Self::TooManyRequests { retry_after_seconds: seconds.unwrap_or(1) }),
            "500" => Ok(Self::ServerError),
            "timeout" => Ok(Self::Timeout),
            "html" => Ok(Self::Html),
            "drop-answer" => Ok(Self::DropAnswer),
            _ => Err(()),
        }
    }

    /// Makes it happen to `request`.
    pub(super) async fn happen(
        self,
        server: &Server,
        request: Request<Body>,
        stopping: watch::Receiver<bool>,
    ) -> Response {
        let path = request.uri().path();
        let api = server.find(path).cloned();
        let is_api_call = api.as_ref().is_some_and(|api| {
            api.local_path(path).is_some_and(|local| Endpoint::of(api, local) == Endpoint::Api)
        });
        match (self, api) {
            (Self::Timeout, _) => silence(stopping).await,
            (Self::Html, _) => html(),
            (Self::DropAnswer, _) => {
                let mut response = server.handle(request).await;
                response.extensions_mut().insert(CloseWithoutAnswer);
                response
            }
            (_, None) => server.handle(request).await,
            (fault, Some(api)) if is_api_call => refuse::response(&api, &fault.at_api()),
            (fault, Some(api)) => fault.at_token_endpoint(&api),
        }
    }

    fn at_api(self) -> Refused {
        match self {
            Self::Revoked => ApiErrorKind::TokenRevoked.into(),
            Self::TooManyRequests { retry_after_seconds } => {
                Refused::Limited { kind: ApiErrorKind::RateLimited, retry_after_seconds, share: None }
            }
            Self::ServerError => ApiErrorKind::ServerError.into(),
            Self::Expired | Self::Timeout | Self::Html | Self::DropAnswer => {
                ApiErrorKind::TokenExpired.into()
            }
        }
    }

    fn at_token_endpoint(self, api: &Api) -> Response {
        match self {
            Self::TooManyRequests { retry_after_seconds } => {
                reply::stop(api, &Stop::Limited { retry_after_seconds })
            }
            Self::ServerError => reply::error(api, TokenErrorKind::ServerError, ""),
            Self::Revoked => reply::stop(api, &Refusal::GrantRevoked.into()),
            Self::Expired | Self::Timeout | Self::Html | Self::DropAnswer => {
                reply::stop(api, &Refusal::RefreshTokenEnded.into())
            }
        }
    }
}

async fn silence(mut stopping: watch::Receiver<bool>) -> Response {
    // An error is that nobody is left who could say so: then it stops too.
    let _ = stopping.wait_for(|stopping| *stopping).await;
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(CloseWithoutAnswer);
    response
}

/// What a proxy or bot wall says instead of the provider.
fn html() -> Response {
    let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>Bad Gateway</h1></body></html>\n";
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let cases = [
            ("expired", Ok(Fault::Expired)),
            ("429", Ok(Fault::TooManyRequests { retry_after_seconds: 1 })),
            ("429;retry-after=86400", Ok(Fault::TooManyRequests { retry_after_seconds: 86_400 })),
            ("429; retry-after=5", Ok(Fault::TooManyRequests { retry_after_seconds: 5 })),
            ("drop-answer", Ok(Fault::DropAnswer)),
            ("500;retry-after=5", Err(())),
            ("429;retry-after=x", Err(())),
            ("nonsense", Err(())),
            ("", Err(())),
        ];
        for (value, expected) in cases {
            assert_eq!(Fault::read(value), expected, "{value}");
        }
    }
}
