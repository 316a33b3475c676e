//! The page that makes the first administrator, reached by the link that `stagedoor init` and `stagedoor admin setup-link`
//! print. Who holds its code may make one account, as long as no administrator can sign in.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::Response;
use stagedoor_protocol::account::{self, Email, NewAccount};
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::code::Handle;
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::{name, session, setup};
use stagedoor_store::CommitError;
use stagedoor_wire::{Secret, form_fields};

use super::authorize::{unavailable, wrong_method};
use super::visitor::{Scope, cookie, cookie_name, set_cookie_in};
use super::{form_token, page, stylesheet};
use crate::api::Api;
use crate::dashboard::BASE;
use crate::entropy;
use crate::http::read_body;
use crate::listen::address;
use crate::pages::{Frame, MessagePage, SetupError, SetupField, SetupPage, WRONG_NAME};
use crate::password::{self, Busy};
use crate::settle::Stop;

/// Beside all APIs, as everything under this prefix: no API's own path is ever taken for it.
pub const PATH: &str = "/_stagedoor/setup";
const COOKIE: &str = "setup";

/// The link that works now.
pub(crate) fn link(api: &Api) -> Secret {
    let code = setup::code(&api.rules.keys, api.store.restored(), api.now());
    Secret::new(format!("{}{PATH}?code={}", api.origin, code.expose()))
}

/// Answers for any of the server's APIs: they share keys, store and accounts.
pub(crate) async fn handle(api: &Api, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let answered = match parts.method {
        Method::GET | Method::HEAD => show(api, &parts).await,
        Method::POST => submit(api, &parts, body).await,
        _ => Ok(wrong_method(api)),
    };
    let mut response = answered.unwrap_or_else(|stop| unavailable(api, &stop));
    // The page's address holds the code: it goes nowhere. Origin is then "null" on the form, which its check knows.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What was typed; the password is not shown again.
#[derive(Default)]
struct Typed {
    email: String,
    name: String,
}

async fn show(api: &Api, parts: &Parts) -> Result<Response, Stop> {
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let code = form_fields!(query, code).ok().and_then(|fields| fields.code.value);
    let code = Secret::new(code.unwrap_or_default());
    if let Some(refused) = refuse(api, &code).await? {
        return Ok(refused);
    }
    Ok(ask(api, &parts.headers, &code, &Typed::default(), None))
}

async fn submit(api: &Api, parts: &Parts, body: Body) -> Result<Response, Stop> {
    let body = read_body(body).await?;
    let Ok(fields) = form_fields!(&body, form_token, code, email, name, password) else {
        return Ok(refused("The form could not be read. Open the link again."));
    };
    let text = |value: Option<std::borrow::Cow<'_, str>>| value.unwrap_or_default().into_owned();
    let code = Secret::new(text(fields.code.value));
    if let Some(refused) = refuse(api, &code).await? {
        return Ok(refused);
    }
    let typed = Typed { email: text(fields.email.value), name: text(fields.name.value) };
    let password = Secret::new(text(fields.password.value));
    let again = |at, text: &str| Ok(ask(api, &parts.headers, &code, &typed, Some(SetupError { at, text })));
    if !is_own_form(api, parts, &text(fields.form_token.value)) {
        let why = "This page was out of date, so nothing was made. If it happens again, allow cookies for this site.";
        return again(None, why);
    }
    let Ok(email) = Email::parse(&typed.email) else {
        return again(
            Some(SetupField::Email),
            "That is no e-mail address: write one such as ada@example.com.",
        );
    };
    let Ok(name) = name::parse(&typed.name) else {
        return again(Some(SetupField::Name), WRONG_NAME);
    };
    if let Err(why) = password::check(&password) {
        return again(Some(SetupField::Password), &format!("Choose another password: {why}."));
    }
    let password_hash = api.passwords.hash(password).await.map_err(|Busy| Stop::Unavailable)?;
    let new = NewAccount { email, name, password_hash, administrator: true };
    match make(api, new, address(&parts.extensions)).await? {
        Ok(()) => Ok(made(&typed)),
        Err(Objection::EmailTaken(_)) => {
            again(Some(SetupField::Email), "An account has this e-mail already. Choose another.")
        }
        Err(_) => Ok(over()),
    }
}

/// Makes the account. Of two who come at the same time, the second is told that there is one.
async fn make(api: &Api, new: NewAccount, address: IpAddr) -> Result<Result<(), Objection>, Stop> {
    let exists = api.store.has_administrator().await?;
    let account = api.store.account_of_email(new.email.as_str()).await?;
    let (account, now) = (account.as_ref(), api.now());
    let decision = account::create_first_administrator(new, exists, account, now, &mut entropy::rng());
    let decision = decision.by_way_of(Origin { way: "setup page", address: Some(address) });
    if let Err(objection) = decision.reply {
        return Ok(Err(objection));
    }
    match api.store.commit(decision.effects).await {
        Ok(()) => Ok(Ok(())),
        Err(CommitError::Conflict | CommitError::LimitReached) => Ok(Err(Objection::AdministratorExists)),
        Err(CommitError::Unavailable(error)) => Err(error.into()),
    }
}

/// Why the link is not honoured. A wrong code is told first, so that a stranger learns nothing of the server.
async fn refuse(api: &Api, code: &Secret) -> Result<Option<Response>, Stop> {
    if !setup::is_code(&api.rules.keys, api.store.restored(), code) {
        let text = "This link is not one of this server, or it is from before its keys were retired or a backup was \
                    restored. `stagedoor admin setup-link` on the server prints one that works.";
        return Ok(Some(refused(text)));
    }
    Ok(api.store.has_administrator().await?.then(over))
}

/// From a page of ours, shown to this browser.
fn is_own_form(api: &Api, parts: &Parts, token: &str) -> bool {
    let shown_to = cookie(&parts.headers, &cookie_name(&api.door(), COOKIE));
    !form_token::is_cross_site_without_referrer(&parts.headers, &api.origin)
        && shown_to.is_some_and(|cookie| form_token::check(&api.door(), token, &cookie, PATH))
}

fn ask(
    api: &Api,
    headers: &HeaderMap,
    code: &Secret,
    typed: &Typed,
    error: Option<SetupError<'_>>,
) -> Response {
    let known =
        cookie(headers, &cookie_name(&api.door(), COOKIE)).filter(|text| session::read(text).is_some());
    let visit = known.unwrap_or_else(|| Handle::new(0, &mut entropy::rng()).write("").expose().to_owned());
    let html = SetupPage {
        frame: frame(),
        action: PATH,
        form_token: &form_token::make(&api.door(), &visit, PATH),
        code: code.expose(),
        email: &typed.email,
        name: &typed.name,
        error,
    }
    .render_page();
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut response = page(status, html, None);
    set_cookie_in(&api.door(), &mut response, Scope::Path("/_stagedoor/"), COOKIE, &visit, None);
    response
}

fn made(typed: &Typed) -> Response {
    let text = format!(
        "{} administers this server now. This link works no more. Next: sign in to the dashboard, at {BASE} on this address, \
         where requests are answered and apps are made; or, on the server, `stagedoor admin --help`.",
        typed.email.trim()
    );
    message(StatusCode::CREATED, "The account is made", &text)
}

fn over() -> Response {
    let text = "There is an administrator who can sign in, so this link works no more. `stagedoor admin account create` on \
                the server makes further accounts, and `stagedoor admin account password` sets a forgotten password.";
    message(StatusCode::GONE, "This link is used up", text)
}

fn refused(text: &str) -> Response {
    message(StatusCode::FORBIDDEN, "This link does not work", text)
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, MessagePage { frame: frame(), title, text }.render_page(), None)
}

fn frame() -> Frame<'static> {
    Frame { api_title: "Stagedoor", stylesheet: stylesheet() }
}
