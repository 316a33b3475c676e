//! Signing in, on whatever page asked for it.

use axum::http::{StatusCode, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use stagedoor_protocol::session;
use stagedoor_wire::{Secret, form_fields};

use super::response::{page, redirect};
use super::visitor::{Visitor, let_in};
use super::{form_token, frame, known};
use crate::api::Api;
use crate::entropy;
use crate::figures::Limited;
use crate::listen::address;
use crate::pages::{MessagePage, SignInPage};
use crate::password::{Attempt, Busy};
use crate::settle::{Stop, settle};

/// What surrounds a sign-in: whom it is for and where it leads.
pub(super) struct Occasion<'a> {
    pub(super) app_name: Option<&'a str>,
    /// Path and query of the page, to come back to.
    pub(super) address: &'a str,
    pub(super) form_targets: Option<&'a str>,
}

/// The page. `email` is what was typed before, `error` what was wrong with it.
pub(super) fn show(
    api: &Api,
    visitor: &Visitor,
    occasion: &Occasion<'_>,
    email: &str,
    error: Option<&str>,
) -> Response {
    let html = SignInPage {
        frame: frame(api),
        app_name: occasion.app_name,
        action: occasion.address,
        form_token: &form_token::make(api, &visitor.visit, occasion.address),
        email,
        error,
    }
    .render_page();
    let mut response = page(StatusCode::OK, html, occasion.form_targets);
    visitor.greet(api, &mut response);
    response
}

/// Takes the form. A right password starts a new session and leads back to the page.
pub(super) async fn submit(
    api: &Api,
    parts: &Parts,
    body: &Bytes,
    visitor: &Visitor,
    occasion: &Occasion<'_>,
) -> Result<Response, Stop> {
    let Ok(fields) = form_fields!(body, form_token, email, password) else {
        return Ok(show(api, visitor, occasion, "", Some("The form could not be read. Enter it again.")));
    };
    let email = fields.email.value.unwrap_or_default();
    if !form_token::check(api, &fields.form_token.value.unwrap_or_default(), &visitor.visit, occasion.address)
    {
        let stale = "This page was out of date, so nothing was sent on. Sign in again; if it happens again, allow cookies for this site.";
        return Ok(show(api, visitor, occasion, &email, Some(stale)));
    }
    let known_browser = known::is_known(api, &parts.headers, &email);
    let attempt = Attempt::new(address(&parts.extensions), &email, known_browser);
    if api.limits.is_some()
        && let Err(seconds) = api.passwords.admit(attempt, api.now())
    {
        api.figures.limited(Limited::SignIn);
        return Ok(too_many(api, seconds));
    }
    let account = api.store.account_by_email(&email).await?;
    let password = Secret::new(fields.password.value.unwrap_or_default().into_owned());
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let right = api.passwords.verify(hash, password).await.map_err(|Busy| Stop::Unavailable)?;
    let Some(account) = account.filter(|_| right) else {
        api.passwords.was_wrong(attempt, api.now());
        let wrong = "Email or password is wrong. Check both and try again.";
        return Ok(show(api, visitor, occasion, &email, Some(wrong)));
    };
    if account.suspended {
        let kept_out = "This account is suspended. Ask who administers this server.";
        return Ok(show(api, visitor, occasion, &email, Some(kept_out)));
    }
    let started = session::start(account.id, account.epoch, api.now(), &mut entropy::rng());
    let handle = settle(&api.store, started).await?;
    let mut response = redirect(&parts.method, occasion.address);
    let_in(api, &mut response, &handle);
    known::remember(api, &mut response, &account.email);
    Ok(response)
}

fn too_many(api: &Api, seconds: u32) -> Response {
    let text = format!("Too many attempts. Wait {seconds} seconds, then try again.");
    let html = MessagePage { frame: frame(api), title: "Wait a moment", text: &text }.render_page();
    crate::http::reply::with_retry_after(page(StatusCode::TOO_MANY_REQUESTS, html, None), seconds)
}
