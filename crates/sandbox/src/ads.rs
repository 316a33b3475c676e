//! Spotify Ads, sandbox v1: `GET /ads-sandbox/v1/currentUser/adAccounts`.
//!
//! The path is Spotify's Ad Studio guide's. No public source shows the answer's shape: it is put together
//! from the names that the later migration notes say were dropped or renamed, in the envelope that version 2
//! documents.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::Catalogue;
use crate::caller::Caller;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// No trace is kept here, so that no id could find it.
const NO_TRACE: &str = "00000000-0000-0000-0000-000000000000";

/// The Ads API's routes. Every person sees the same ad accounts.
pub fn spotify_ads(catalogue: &Arc<Catalogue>) -> Router {
    Router::new()
        .route("/ads-sandbox/v1/currentUser/adAccounts", get(ad_accounts))
        .fallback(async || Error::UnknownPath)
        .method_not_allowed_fallback(async || Error::WrongMethod)
        .with_state(catalogue.clone())
}

async fn ad_accounts(State(catalogue): State<Arc<Catalogue>>, caller: Caller) -> Result<Response, Error> {
    if caller.account.is_none() {
        return Err(Error::NoUser);
    }
    let body = json!({ "ad_accounts": catalogue.ad_accounts() });
    Ok(([(CONTENT_TYPE, JSON)], body.to_string()).into_response())
}

enum Error {
    NoUser,
    UnknownPath,
    WrongMethod,
}

/// The Ads API's `ErrorResponse`, as far as its printed example shows it.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Error::NoUser => (StatusCode::FORBIDDEN, "The access token belongs to no user"),
            Error::UnknownPath => (StatusCode::NOT_FOUND, "Not found"),
            Error::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
        };
        let body = json!({ "sp_trace_id": NO_TRACE, "messages": [message] });
        (status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::ask::{Answer, ask};
    use crate::{Catalogue, spotify_ads};

    const PATH: &str = "/ads-sandbox/v1/currentUser/adAccounts";

    async fn answer(method: &str, path: &str, account: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(account) = account {
            request = request.header("x-stagedoor-account", account);
        }
        ask(&spotify_ads(&Catalogue::bundled()), request.body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn a_user_s_ad_accounts() {
        let answer = answer("GET", PATH, Some("7")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
        let accounts = answer.json()["ad_accounts"].as_array().unwrap().clone();
        assert_eq!(accounts.len(), 3);
        for account in accounts {
            let members: Vec<_> = account.as_object().unwrap().keys().map(String::as_str).collect();
            let expected = [
                "id",
                "name",
                "organization_id",
                "ad_studio_lead",
                "description",
                "iso_country_code",
                "last_modified",
            ];
            assert_eq!(members, expected);
        }
    }

    #[tokio::test]
    async fn refusals() {
        for (method, path, account, status) in [
            ("GET", PATH, None, 403),
            ("POST", PATH, Some("7"), 405),
            ("GET", "/ads-sandbox/v1/currentUser", Some("7"), 404),
            ("GET", "/%ff", Some("7"), 404),
        ] {
            let answer = answer(method, path, account).await;
            assert_eq!(answer.status, status, "{method} {path}");
            let body = answer.json();
            assert!(body["sp_trace_id"].is_string() && body["messages"][0].is_string(), "{body}");
        }
    }
}
