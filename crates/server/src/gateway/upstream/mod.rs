//! Handing a call on: to an address, or to a service in this process. What authenticated the caller stays here; who it is
//! goes along in `X-Stagedoor-*`.

mod address;
mod connections;
mod headers;
mod sent;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header, uri::PathAndQuery};
use axum::response::Response;
use bytes::Bytes;
use stagedoor_store::figures::Stopwatch;
use stagedoor_wire::api_error::ApiErrorKind;
use tower::ServiceExt;

pub use address::Address;
pub(crate) use address::Fault;
pub(crate) use connections::Connections;
pub use connections::NoCertificates;

use super::authenticate::Caller;
use super::refuse::Refused;
use crate::api::Api;
use crate::request;
use crate::traces::{self, Open, SpanKind};

const OWN: &str = "x-stagedoor-";
const APP: HeaderName = HeaderName::from_static("x-stagedoor-app");
const TEAM: HeaderName = HeaderName::from_static("x-stagedoor-team");
const ACCOUNT: HeaderName = HeaderName::from_static("x-stagedoor-account");
const SCOPES: HeaderName = HeaderName::from_static("x-stagedoor-scopes");

/// What stands behind an API.
pub enum Upstream {
    /// A service in this process.
    Service(Router),
    Address(Box<Address>),
}

/// Calls the API.
pub(super) async fn call(
    api: &Api,
    mut request: Request<Body>,
    caller: &Caller,
) -> Result<Response, Refused> {
    *request.uri_mut() = local_uri(api, request.uri())?;
    // What the caller was recognised by belongs to this server alone, and it names no one itself.
    let headers = request.headers_mut();
    headers.remove(header::AUTHORIZATION);
    headers.remove(header::COOKIE);
    if let Some(names) = &api.dialect().legacy_keys {
        headers.remove(&names.key_header);
        headers.remove(&names.id_header);
    }
    remove_own(headers);
    introduce(headers, caller);
    let mut span = traces::child("upstream", SpanKind::Client);
    name_request(headers, span.as_ref());
    let answered = send(api, request).await;
    if let Some(span) = &mut span {
        match &answered {
            Ok(response) => span.number("http.response.status_code", i64::from(response.status().as_u16())),
            Err(_) => span.fail(),
        }
    }
    answered
}

async fn send(api: &Api, request: Request<Body>) -> Result<Response, Refused> {
    match &api.upstream {
        Upstream::Service(service) => match service.clone().oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        },
        Upstream::Address(address) => {
            let watch = Stopwatch::start();
            let response = Box::pin(address.call(request)).await?;
            api.figures.upstream_answered(watch.elapsed());
            Ok(response)
        }
    }
}

/// The address as the provider knows it: path and query without the mount.
fn local_uri(api: &Api, uri: &Uri) -> Result<Uri, Refused> {
    let whole = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let rest = &whole[api.mount.len().min(whole.len())..];
    let slash = if rest.starts_with('/') { "" } else { "/" };
    let local = PathAndQuery::from_maybe_shared(Bytes::from([slash, rest].concat()));
    Ok(Uri::from(local.map_err(|_| ApiErrorKind::Malformed)?))
}

fn remove_own(headers: &mut HeaderMap) {
    // Where a gateway takes `_` for `-`, as CGI does (RFC 3875 §4.1.18), such a name is another spelling of one that does not
    // pass.
    let is_dropped = |name: &&HeaderName| name.as_str().starts_with(OWN) || name.as_str().contains('_');
    let sent: Vec<HeaderName> = headers.keys().filter(is_dropped).cloned().collect();
    for name in sent {
        headers.remove(name);
    }
}

/// The API may log under the same name, and go on with the same trace.
fn name_request(headers: &mut HeaderMap, span: Option<&Open>) {
    // Only what this server names or was named by a trusted proxy; what a caller wrote there means nothing.
    headers.remove(request::ID);
    if let Some(id) = request::current_id() {
        headers.insert(request::ID, id.to_header());
    }
    if let Some(trace) = request::current_trace() {
        headers.insert(traces::PARENT, trace.header(span));
    }
}

fn introduce(headers: &mut HeaderMap, caller: &Caller) {
    // A client id is unreserved characters and a scope printable ASCII: both are header values.
    if let Ok(client_id) = HeaderValue::from_str(caller.client_id.as_str()) {
        headers.insert(APP, client_id);
    }
    headers.insert(TEAM, HeaderValue::from(caller.team.0));
    if let Some(account) = caller.account {
        headers.insert(ACCOUNT, HeaderValue::from(account.0));
    }
    if !caller.scopes.is_empty()
        && let Ok(scopes) = HeaderValue::from_str(caller.scopes.as_str())
    {
        headers.insert(SCOPES, scopes);
    }
}
