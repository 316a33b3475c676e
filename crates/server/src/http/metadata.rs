//! Authorization server metadata (RFC 8414).

use std::sync::Arc;

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use stagedoor_wire::dialect::{ClientAuthenticationMethod, WithoutSecret};
use stagedoor_wire::token_request::DEVICE_CODE;

use super::{jwks, reply};
use crate::api::Api;

pub(crate) fn handle(api: &Api, method: &Method) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return reply::only_get();
    }
    let mut response = reply::json(StatusCode::OK, write(api).to_string());
    // It holds nothing secret and changes only with the configuration.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The same where RFC 8414 §3.1 has it for an issuer with a path: the well-known part first, then the path.
pub(crate) fn at_root(path: &str, method: &Method, apis: &[Arc<Api>]) -> Option<Response> {
    let mount = path.strip_prefix("/.well-known/oauth-authorization-server")?;
    let api = apis.iter().find(|api| api.mount == mount && api.dialect().endpoints.metadata.is_some())?;
    Some(handle(api, method))
}

/// RFC 8414 §2: what the dialect offers, and nothing else.
fn write(api: &Api) -> Value {
    let dialect = api.dialect();
    let methods = client_methods(api);
    let mut body = json!({
        "issuer": &*api.rules.issuer,
        "scopes_supported": dialect.scopes.known.iter().map(|scope| &scope.name).collect::<Vec<_>>(),
        "response_types_supported": if dialect.grants.authorization_code { vec!["code"] } else { Vec::new() },
        "response_modes_supported": ["query"],
        "grant_types_supported": grant_types(api),
        "token_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported":
            dialect.authorization.as_ref().is_some_and(|rules| rules.issuer),
    });
    let endpoints = &dialect.endpoints;
    let keys = jwks::algorithm(api).map(|_| jwks::PATH.to_owned());
    let paths = [
        ("token_endpoint", Some(&endpoints.token)),
        ("authorization_endpoint", endpoints.authorize.as_ref()),
        ("revocation_endpoint", endpoints.revocation.as_ref()),
        ("introspection_endpoint", endpoints.introspection.as_ref()),
        ("device_authorization_endpoint", endpoints.device_authorization.as_ref()),
        ("jwks_uri", keys.as_ref()),
    ];
    for (name, path) in paths {
        if let Some(path) = path {
            body[name] = json!(format!("{}{path}", api.rules.issuer));
        }
    }
    if endpoints.revocation.is_some() {
        body["revocation_endpoint_auth_methods_supported"] = json!(methods);
    }
    if endpoints.introspection.is_some() {
        let with_secret: Vec<_> = methods.iter().filter(|method| **method != "none").collect();
        body["introspection_endpoint_auth_methods_supported"] = json!(with_secret);
    }
    body
}

fn client_methods(api: &Api) -> Vec<&'static str> {
    let rules = &api.dialect().client_authentication;
    let mut methods: Vec<_> = rules
        .methods
        .iter()
        .map(|method| match method {
            ClientAuthenticationMethod::Basic => "client_secret_basic",
            ClientAuthenticationMethod::Form => "client_secret_post",
        })
        .collect();
    if rules.without_secret != WithoutSecret::Nobody {
        methods.push("none");
    }
    methods
}

fn grant_types(api: &Api) -> Vec<&'static str> {
    let grants = &api.dialect().grants;
    let offered = [
        (grants.authorization_code, "authorization_code"),
        (grants.client_credentials, "client_credentials"),
        (grants.refresh_token, "refresh_token"),
        (grants.device_code, DEVICE_CODE),
    ];
    offered.into_iter().filter_map(|(offered, name)| offered.then_some(name)).collect()
}
