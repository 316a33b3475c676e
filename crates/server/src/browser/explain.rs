//! What went wrong with an authorization request, for the developer who sees it.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use stagedoor_protocol::app::App;
use stagedoor_protocol::authorize::{Fault, Problem};
use stagedoor_wire::RedirectUri;
use stagedoor_wire::authorize_request::AuthorizeRequest;
use url::{Host, Url};

use super::frame;
use super::response::{page, redirect};
use crate::api::Api;
use crate::pages::{ProblemPage, Registered, RegisteredUri};

/// The answer to a request that is wrong.
pub(super) fn refuse(api: &Api, request: Option<&AuthorizeRequest>, fault: &Fault) -> Response {
    let (problem, app, back) = match fault {
        Fault::Redirected { location } => return redirect(&Method::GET, location),
        Fault::Shown { problem, app, back } => (problem, app, back),
    };
    let registered = match (problem, app) {
        (
            Problem::RedirectUriMissing
            | Problem::RedirectUriMalformed(_)
            | Problem::RedirectUriInsecure(_)
            | Problem::RedirectUriUnregistered,
            Some(app),
        ) => registered(api, app),
        _ => Registered::Unasked,
    };
    let received = match problem {
        Problem::ClientUnknown => request.and_then(|request| request.client_id.as_deref()),
        Problem::ResponseType => request.and_then(|request| request.response_type.as_deref()),
        Problem::Scope => request.and_then(|request| request.scope.as_deref()),
        Problem::RedirectUriMalformed(_)
        | Problem::RedirectUriInsecure(_)
        | Problem::RedirectUriUnregistered => request.and_then(|request| request.redirect_uri.as_deref()),
        _ => None,
    };
    let html = ProblemPage {
        frame: frame(api),
        title: "This link does not work",
        provider_text: problem.text(&api.dialect().authorize_errors),
        explanation: &with_hint(api, problem),
        received,
        registered,
        back: back.as_ref(),
    }
    .render_page();
    page(StatusCode::BAD_REQUEST, html, None)
}

/// What an app has registered. Anyone can open this page, and addresses of a company's staging machines are not for anyone: they
/// are listed where the server stands on the developer's own machine.
fn registered<'a>(api: &Api, app: &'a App) -> Registered<'a> {
    if is_on_this_machine(&api.origin) {
        let listed =
            |uri: &'a RedirectUri| RegisteredUri { uri: uri.as_str(), any_port: takes_any_port(uri) };
        Registered::Listed(app.redirect_uris.iter().map(listed).collect())
    } else {
        Registered::Counted(app.redirect_uris.len())
    }
}

fn is_on_this_machine(origin: &str) -> bool {
    let url = Url::parse(origin).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// RFC 8252 §7.3: a loopback address registered without a port.
fn takes_any_port(uri: &RedirectUri) -> bool {
    let host = uri.display_host();
    let with_port = uri.as_str().replacen(&host, &format!("{host}:1"), 1);
    RedirectUri::parse(&with_port).is_ok_and(|with_port| uri.admits(&with_port))
}

/// What happened and what to do, with how to register where the operator says it.
fn with_hint(api: &Api, problem: &Problem) -> String {
    let told = explain(problem);
    match (problem, &api.developer_hint) {
        (
            Problem::ClientMissing
            | Problem::ClientUnknown
            | Problem::RedirectUriMissing
            | Problem::RedirectUriInsecure(_)
            | Problem::RedirectUriUnregistered,
            Some(hint),
        ) => format!("{told} {hint}"),
        _ => told,
    }
}

/// What happened and what to do, in plain words.
fn explain(problem: &Problem) -> String {
    match problem {
        Problem::Malformed(why) => format!("The address cannot be read: {why}. Encode each parameter and send it once."),
        Problem::ClientMissing => {
            "The address lacks client_id. Add the client id that you were given for your app.".to_owned()
        }
        Problem::ClientUnknown => {
            "No app has this client id. Copy it again from where it was given to you; mind that each API has its own apps.".to_owned()
        }
        Problem::ClientSuspended => {
            "This app may not ask for access now: it is suspended or not approved yet. Ask the API's owner.".to_owned()
        }
        Problem::RedirectUriMissing => {
            "The address lacks redirect_uri. Add one of the URIs registered for the app, letter for letter.".to_owned()
        }
        Problem::RedirectUriMalformed(why) => format!("The redirect URI cannot be used: {why}."),
        Problem::RedirectUriInsecure(why) => {
            format!("The redirect URI is not secure: {why}. Register a secure one and send it.")
        }
        Problem::RedirectUriUnregistered => {
            "The redirect URI is not registered for this app. It is compared letter for letter: port, path and a slash at \
             the end count. Only an address of this machine, http://127.0.0.1 or http://[::1], registered without a port takes \
             any. Register it, or send one that is registered."
                .to_owned()
        }
        Problem::ResponseType => {
            "Only response_type=code is offered. The implicit grant (token) is switched off; use the authorization code \
             with PKCE instead."
                .to_owned()
        }
        Problem::Scope => "A scope is misspelled or not offered. Separate scopes by blanks.".to_owned(),
        Problem::Challenge => {
            "Send code_challenge, the base64url SHA-256 of your code_verifier, with code_challenge_method=S256.".to_owned()
        }
    }
}
