//! The authorization endpoint (RFC 6749 §3.1): checks the request, signs the person in, asks, and redirects.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use stagedoor_protocol::app::App;
use stagedoor_protocol::authorize::{self, Consent, Fault, Next, Problem, ValidRequest};
use stagedoor_protocol::session::{self, Session};
use stagedoor_protocol::{About, Facts, Question};
use stagedoor_wire::authorize_request::AuthorizeRequest;
use stagedoor_wire::{ClientId, Scopes, form_fields};

use super::explain::refuse;
use super::response::{page, redirect};
use super::sign_in::{self, Occasion};
use super::visitor::{Visitor, let_out};
use super::{form_token, frame};
use crate::api::Api;
use crate::entropy;
use crate::http::{read_body, reply};
use crate::pages::{ConsentPage, MessagePage, Permission, Permissions};
use crate::settle::{Attempts, Stop, settle};

pub(crate) async fn handle(api: &Api, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let answered = match parts.method {
        Method::GET | Method::HEAD => show(api, &parts).await,
        Method::POST => submit(api, &parts, body).await,
        _ => Ok(wrong_method(api)),
    };
    answered.unwrap_or_else(|stop| unavailable(api, &stop))
}

async fn show(api: &Api, parts: &Parts) -> Result<Response, Stop> {
    let valid = match validate(api, parts).await? {
        Ok(valid) => valid,
        Err(response) => return Ok(*response),
    };
    let visitor = Visitor::of(&api.door(), &parts.headers).await?;
    let targets = valid.redirect_uri.csp_source();
    match &visitor.session {
        None => Ok(sign_in::show(&api.door(), &visitor, &occasion(api, parts, &valid, &targets), "", None)),
        Some((cookie, session)) => proceed(api, parts, &valid, cookie, session, None).await,
    }
}

async fn submit(api: &Api, parts: &Parts, body: Body) -> Result<Response, Stop> {
    if form_token::is_cross_site(&parts.headers, &api.origin) {
        let text = format!("{} Go back to the app and start again.", form_token::not_from_here(&api.origin));
        return Ok(message(api, StatusCode::FORBIDDEN, "Not sent from here", &text));
    }
    let body = read_body(body).await?;
    let valid = match validate(api, parts).await? {
        Ok(valid) => valid,
        Err(response) => return Ok(*response),
    };
    let visitor = Visitor::of(&api.door(), &parts.headers).await?;
    let targets = valid.redirect_uri.csp_source();
    let step = form_fields!(&body, step).ok().and_then(|fields| fields.step.value);
    match (&visitor.session, step.as_deref()) {
        (_, Some("sign_in")) => {
            sign_in::submit(&api.door(), parts, &body, &visitor, &occasion(api, parts, &valid, &targets))
                .await
        }
        (None, _) => {
            let ended = "You were signed out meanwhile. Sign in to go on.";
            Ok(sign_in::show(&api.door(), &visitor, &occasion(api, parts, &valid, &targets), "", Some(ended)))
        }
        (Some((cookie, session)), _) => answer(api, parts, &body, &valid, cookie, session).await,
    }
}

/// Takes the consent form. A stale one is shown again.
async fn answer(
    api: &Api,
    parts: &Parts,
    body: &Bytes,
    valid: &ValidRequest,
    cookie: &str,
    session: &Session,
) -> Result<Response, Stop> {
    let fields = form_fields!(body, form_token, answer).ok();
    let (token, answer) =
        fields.map(|fields| (fields.form_token.value, fields.answer.value)).unwrap_or_default();
    if !form_token::check(&api.door(), &token.unwrap_or_default(), cookie, &bound(parts, &valid.app)) {
        let notice = "This page was out of date, so nothing was decided. Please answer again.";
        return ask(api, parts, valid, cookie, session, Some(notice)).await;
    }
    match answer.as_deref() {
        Some("allow") => proceed(api, parts, valid, cookie, session, Some(Consent::Allowed)).await,
        Some("cancel") => proceed(api, parts, valid, cookie, session, Some(Consent::Cancelled)).await,
        Some("sign_out") => {
            settle(&api.store, session::end(session.id)).await?;
            let mut response = redirect(&parts.method, address(parts));
            let_out(&api.door(), &mut response);
            Ok(response)
        }
        _ => ask(api, parts, valid, cookie, session, None).await,
    }
}

/// Decides and redirects, or asks.
async fn proceed(
    api: &Api,
    parts: &Parts,
    valid: &ValidRequest,
    cookie: &str,
    session: &Session,
    said: Option<Consent>,
) -> Result<Response, Stop> {
    let (account, person) = (session.account.id, session.person());
    let earlier = api.store.consent(valid.app.id, account).await?;
    let decision = {
        let rng = &mut entropy::rng();
        authorize::decide(&api.rules, valid, person, earlier.as_ref(), said, api.now(), rng)
    };
    // The app is another's now, or ended what it had: what was agreed to is looked at anew.
    let Some(settled) = Attempts::default().settle(&api.store, decision).await else {
        return Ok(redirect(&parts.method, address(parts)));
    };
    let next = settled?;
    Ok(match next {
        Next::Redirect { location } => redirect(&parts.method, &location),
        Next::Ask => ask(api, parts, valid, cookie, session, None).await?,
    })
}

async fn ask(
    api: &Api,
    parts: &Parts,
    valid: &ValidRequest,
    cookie: &str,
    session: &Session,
    notice: Option<&str>,
) -> Result<Response, Stop> {
    let html = ConsentPage {
        frame: frame(api),
        app_name: &valid.app.name,
        team_name: &valid.app.owner.name,
        team_kind: team_kind(api, &valid.app).await?,
        reviewed: valid.app.reviewed,
        permissions: permissions(api, &valid.scopes),
        account_email: &session.account.email,
        destination: &valid.redirect_uri.display_host(),
        action: address(parts),
        form_token: &form_token::make(&api.door(), cookie, &bound(parts, &valid.app)),
        notice,
        connections: api.accounts.connections.as_deref(),
    }
    .render_page();
    Ok(page(StatusCode::OK, html, Some(&valid.redirect_uri.csp_source())))
}

/// What an answer is to: nobody agrees to a name or team that the page did not show.
fn bound(parts: &Parts, app: &App) -> String {
    format!("{} {} {}", address(parts), app.owner.id, app.name)
}

/// What the team that owns an app is, in a word.
pub(super) async fn team_kind(api: &Api, app: &App) -> Result<Option<&'static str>, Stop> {
    let team = api.store.team(app.owner.id).await?;
    Ok(team.map(|team| team.kind.as_str()))
}

/// What an app that asks for these scopes may do, in the dialect's words.
pub(crate) fn permissions<'a>(api: &'a Api, scopes: &'a Scopes) -> Permissions<'a> {
    let rules = &api.dialect().scopes;
    let says = |scope| {
        rules.known.iter().find(|known| known.name == scope).map_or(scope, |known| known.says.as_str())
    };
    let mut list: Vec<_> = scopes.iter().map(|scope| Permission { says: says(scope), scope }).collect();
    match &rules.without {
        Some(says) => list.push(Permission { says, scope: "" }),
        // Nothing is known of what the API gives without any scope: then nothing is promised.
        None if list.is_empty() => list.push(Permission { says: "Use this API in your name", scope: "" }),
        None => {}
    }
    Permissions { list, complete: rules.without.is_some() }
}

/// A valid request, or the answer to one that is not.
async fn validate(api: &Api, parts: &Parts) -> Result<Result<ValidRequest, Box<Response>>, Stop> {
    let request = match AuthorizeRequest::read(parts.uri.query().unwrap_or_default().as_bytes()) {
        Ok(request) => request,
        Err(why) => {
            let fault = Fault::Shown { problem: Problem::Malformed(why), app: None, back: None };
            return Ok(Err(Box::new(refuse(api, None, &fault))));
        }
    };
    let client_id = request.client_id.as_deref().and_then(|text| ClientId::new(text).ok());
    let facts = match &client_id {
        Some(client_id) => api.answer(&Question { client_id, about: About::App }).await?,
        None => Facts::default(),
    };
    let checked = authorize::validate(&api.rules, &request, facts.app);
    Ok(checked.map_err(|fault| Box::new(refuse(api, Some(&request), &fault))))
}

fn occasion<'a>(api: &'a Api, parts: &'a Parts, valid: &'a ValidRequest, targets: &'a str) -> Occasion<'a> {
    Occasion {
        app_name: Some(&valid.app.name),
        address: address(parts),
        form_targets: Some(targets),
        accounts: &api.accounts,
    }
}

fn address(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |whole| whole.as_str())
}

pub(super) fn message(api: &Api, status: StatusCode, title: &str, text: &str) -> Response {
    page(status, MessagePage { frame: frame(api), title, text }.render_page(), None)
}

pub(super) fn wrong_method(api: &Api) -> Response {
    let text = "This page takes GET and POST.";
    let mut response = message(api, StatusCode::METHOD_NOT_ALLOWED, "Not a way in", text);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

pub(super) fn unavailable(api: &Api, stop: &Stop) -> Response {
    match stop {
        Stop::Refused(refusal) => {
            let text = format!("The form could not be taken: {refusal}. Go back and try again.");
            message(api, StatusCode::BAD_REQUEST, "That did not work", &text)
        }
        Stop::Limited { .. } | Stop::Unavailable => {
            let text = "The server cannot answer now. Nothing was lost; try again in a moment.";
            let page = message(api, StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment", text);
            reply::with_retry_after(page, reply::UNAVAILABLE_SECONDS)
        }
    }
}
