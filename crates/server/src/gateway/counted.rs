//! Counting a call for the app that made it.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::id::{AccountId, AppId};
use stagedoor_protocol::usage::Outcome;
use stagedoor_wire::api_error::ApiErrorKind;

use super::refuse::{self, Refused};
use crate::api::Api;
use crate::usage::{self, EndpointName};

/// A call that is not answered yet.
pub(super) struct Counted {
    endpoint: EndpointName,
    at: Timestamp,
    /// Whose it is; nobody's as long as that is not known.
    pub(super) app: Option<AppId>,
    /// Whom it acts for.
    pub(super) account: Option<AccountId>,
}

impl Counted {
    pub(super) fn of(api: &Api, request: &Request<Body>, at: Timestamp) -> Self {
        let path = api.local_path(request.uri().path()).unwrap_or("/");
        Self { endpoint: EndpointName::of(request.method(), path), at, app: None, account: None }
    }

    /// Counts the API's answer.
    pub(super) fn answered(&self, api: &Api, response: Response) -> Response {
        self.count(api, Outcome::of_status(response.status().as_u16()), None);
        response
    }

    /// Counts a refusal and makes the answer. A dialect's status says less than the reason: some refuse with 200.
    pub(super) fn refused(&self, api: &Api, refused: &Refused) -> Response {
        let response = refuse::response(api, refused);
        let kind = refused.kind();
        let outcome = match kind {
            Some(ApiErrorKind::RateLimited | ApiErrorKind::QuotaExhausted) => Outcome::Limited,
            Some(ApiErrorKind::Unavailable | ApiErrorKind::ServerError) => Outcome::ServerError,
            Some(_) => Outcome::ClientError,
            None => Outcome::of_status(response.status().as_u16()),
        };
        self.count(api, outcome, kind.map(ApiErrorKind::field));
        response
    }

    fn count(&self, api: &Api, outcome: Outcome, reason: Option<&'static str>) {
        let Self { endpoint, at, app, account } = self;
        if let Some(app) = *app {
            let (at, account, endpoint) = (*at, *account, endpoint.as_str());
            let request = usage::Request { app, at, endpoint, outcome, account, reason, secret: None };
            api.figures.usage.count(&request);
        }
    }
}
