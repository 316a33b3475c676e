//! The OAuth endpoints. Which path is which endpoint is the dialect's; a trailing slash is always taken.

mod body;
mod device_authorization;
mod introspection;
mod jwks;
mod limited;
pub(crate) mod metadata;
pub(crate) mod reply;
mod revocation;
mod token;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;

pub(crate) use body::read_body;

use crate::api::Api;
use crate::{browser, gateway};

macro_rules! endpoints {
    ($($(#[$doc:meta])* $endpoint:ident = $name:literal,)+) => {
        /// What a path leads to.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Endpoint { $($(#[$doc])* $endpoint,)+ }

        impl Endpoint {
            /// All of them, in order, with the names that figures and logs have for them.
            pub(crate) const ALL: &[(Self, &str)] = &[$((Self::$endpoint, $name),)+];
        }
    };
}

endpoints! {
    Token = "token",
    Authorize = "authorize",
    Revocation = "revocation",
    Introspection = "introspection",
    Metadata = "metadata",
    Jwks = "jwks",
    DeviceAuthorization = "device_authorization",
    Device = "device",
    /// The API itself.
    Api = "api",
}

impl Endpoint {
    pub(crate) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// What `path`, as the provider knows it, leads to.
    pub(crate) fn of(api: &Api, path: &str) -> Self {
        let endpoints = &api.dialect().endpoints;
        let is = |own: &str| path == own || path.strip_suffix('/') == Some(own);
        let offered = |own: &Option<String>| own.as_deref().is_some_and(is);
        if is(&endpoints.token) {
            Self::Token
        } else if offered(&endpoints.authorize) {
            Self::Authorize
        } else if offered(&endpoints.introspection) {
            Self::Introspection
        } else if offered(&endpoints.revocation) {
            Self::Revocation
        } else if offered(&endpoints.metadata) {
            Self::Metadata
        } else if jwks::algorithm(api).is_some() && is(jwks::PATH) {
            Self::Jwks
        } else if offered(&endpoints.device_authorization) {
            Self::DeviceAuthorization
        } else if offered(&endpoints.device) {
            Self::Device
        } else {
            Self::Api
        }
    }
}

/// The `Authorization` header. Two of them are one that cannot be read: what stands behind this server might believe the
/// other one.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(header::AUTHORIZATION).into_iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.as_bytes() } else { b"" })
}

/// Answers a request that lies under the API's mount and leads to `endpoint`.
pub(crate) async fn handle(api: &Api, endpoint: Endpoint, request: Request<Body>) -> Response {
    let for_programs = matches!(endpoint, Endpoint::Token | Endpoint::Api);
    if for_programs && request.method() == Method::OPTIONS && !api.cors.is_empty() {
        return reply::preflight(api);
    }
    // A future is as large as its largest part, and is moved at every step: what is asked rarely is kept apart.
    let mut response = match endpoint {
        Endpoint::Token => token::handle(api, request).await,
        Endpoint::Authorize => Box::pin(browser::authorize::handle(api, request)).await,
        Endpoint::Revocation => Box::pin(revocation::handle(api, request)).await,
        Endpoint::Introspection => Box::pin(introspection::handle(api, request)).await,
        Endpoint::Metadata => metadata::handle(api, request.method()),
        Endpoint::Jwks => jwks::handle(api, request.method()),
        Endpoint::DeviceAuthorization => Box::pin(device_authorization::handle(api, request)).await,
        Endpoint::Device => Box::pin(browser::device::handle(api, request)).await,
        Endpoint::Api => gateway::handle(api, request).await,
    };
    if for_programs && !api.cors.is_empty() {
        response.headers_mut().reserve(api.cors.len());
        response.headers_mut().extend(api.cors.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    response
}
