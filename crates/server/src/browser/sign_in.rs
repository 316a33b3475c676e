//! Signing in, on whatever page asked for it.

use axum::http::{StatusCode, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use stagedoor_protocol::Decision;
use stagedoor_protocol::session::{self, Account};
use stagedoor_store::CommitError;
use stagedoor_wire::{Secret, form_fields};

use super::response::{page, redirect};
use super::visitor::{Visitor, let_in};
use super::{Door, agent, form_token, known};
use crate::api::AccountPages;
use crate::entropy;
use crate::listen::address;
use crate::pages::{MessagePage, SignInPage};
use crate::password::{Attempt, Busy};
use crate::settle::Stop;

/// What surrounds a sign-in: whom it is for and where it leads.
pub(crate) struct Occasion<'a> {
    pub(crate) app_name: Option<&'a str>,
    /// Path and query of the page, to come back to.
    pub(crate) address: &'a str,
    pub(crate) form_targets: Option<&'a str>,
    pub(crate) accounts: &'a AccountPages,
}

/// The page. `email` is what was typed before, `error` what was wrong with it.
pub(crate) fn show(
    door: &Door<'_>,
    visitor: &Visitor,
    occasion: &Occasion<'_>,
    email: &str,
    error: Option<&str>,
) -> Response {
    let html = SignInPage {
        frame: door.frame(),
        app_name: occasion.app_name,
        action: occasion.address,
        form_token: &form_token::make(door, &visitor.visit, occasion.address),
        email,
        error,
        accounts: occasion.accounts,
    }
    .render_page();
    let mut response = page(StatusCode::OK, html, occasion.form_targets);
    visitor.greet(door, &mut response);
    response
}

/// Takes the form. A right password starts a new session and leads back to the page.
pub(crate) async fn submit(
    door: &Door<'_>,
    parts: &Parts,
    body: &Bytes,
    visitor: &Visitor,
    occasion: &Occasion<'_>,
) -> Result<Response, Stop> {
    let Ok(fields) = form_fields!(body, form_token, email, password) else {
        return Ok(show(door, visitor, occasion, "", Some("The form could not be read. Enter it again.")));
    };
    let email = fields.email.value.unwrap_or_default();
    if !form_token::check(
        door,
        &fields.form_token.value.unwrap_or_default(),
        &visitor.visit,
        occasion.address,
    ) {
        let stale = "This page was out of date, so nothing was sent on. Sign in again; if it happens again, allow cookies for this site.";
        return Ok(show(door, visitor, occasion, &email, Some(stale)));
    }
    let password = Secret::new(fields.password.value.unwrap_or_default().into_owned());
    match try_password(door, parts, &email, password).await? {
        Tried::TooMany(seconds) => Ok(too_many(door, seconds)),
        Tried::Wrong => Ok(show(door, visitor, occasion, &email, Some(WRONG))),
        Tried::Suspended => Ok(show(door, visitor, occasion, &email, Some(SUSPENDED))),
        Tried::Unconfirmed(_) => Ok(show(door, visitor, occasion, &email, Some(UNCONFIRMED))),
        Tried::In(account) => {
            let mut response = redirect(&parts.method, occasion.address);
            match start(door, parts, &mut response, visitor, &account).await? {
                Ok(()) => Ok(response),
                Err(Changed) => Ok(show(door, visitor, occasion, &email, Some(WRONG))),
            }
        }
    }
}

/// What came of a password.
pub(crate) enum Tried {
    In(Box<Account>),
    /// Right, but the e-mail is not known to be theirs.
    Unconfirmed(Box<Account>),
    Wrong,
    Suspended,
    /// Seconds to wait.
    TooMany(u32),
}

pub(crate) const WRONG: &str = "Email or password is wrong. Check both and try again.";
pub(crate) const SUSPENDED: &str = "This account is suspended. Ask who administers this server.";

const UNCONFIRMED: &str = "Confirm your e-mail first: open the link in the mail that was sent to you. Signing in to the dashboard has \
                           it sent again.";

/// Checks a person's password. Whoever is not known takes as long as whoever is.
pub(crate) async fn try_password(
    door: &Door<'_>,
    parts: &Parts,
    email: &str,
    password: Secret,
) -> Result<Tried, Stop> {
    let known_browser = known::is_known(door, &parts.headers, email);
    let attempt = Attempt::new(address(&parts.extensions), email, known_browser);
    if door.is_limited
        && let Err(seconds) = door.passwords.admit(attempt, door.now)
    {
        door.refused_for_now();
        return Ok(Tried::TooMany(seconds));
    }
    let account = door.store.account_by_email(email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let right = door.passwords.verify(hash, password).await.map_err(|Busy| Stop::Unavailable)?;
    let Some(account) = account.filter(|_| right) else {
        door.passwords.was_wrong(attempt, door.now);
        return Ok(Tried::Wrong);
    };
    Ok(match (account.suspended, account.confirmed) {
        (true, _) => Tried::Suspended,
        (false, false) => Tried::Unconfirmed(Box::new(account)),
        (false, true) => Tried::In(Box::new(account)),
    })
}

/// The account does not stand any more as it did when its password was checked.
pub(crate) struct Changed;

/// Starts a session in place of the browser's own, and hands it over.
pub(crate) async fn start(
    door: &Door<'_>,
    parts: &Parts,
    response: &mut Response,
    visitor: &Visitor,
    account: &Account,
) -> Result<Result<(), Changed>, Stop> {
    let Decision { reply, mut effects } = {
        let browser = agent::name(&parts.headers);
        session::start(account, browser, door.now, &mut entropy::rng())
    };
    // In two tabs at once, the one that comes first is signed out: its cookie is gone.
    effects.extend(visitor.session.iter().flat_map(|(_, before)| session::end(before.id).effects));
    match door.store.commit(effects).await {
        Ok(()) => {}
        Err(CommitError::Unavailable(error)) => return Err(error.into()),
        Err(CommitError::Conflict | CommitError::LimitReached) => return Ok(Err(Changed)),
    }
    let_in(door, response, &reply?);
    known::remember(door, response, &account.email);
    Ok(Ok(()))
}

fn too_many(door: &Door<'_>, seconds: u32) -> Response {
    let text = format!("Too many attempts. Wait {seconds} seconds, then try again.");
    let html = MessagePage { frame: door.frame(), title: "Wait a moment", text: &text }.render_page();
    crate::http::reply::with_retry_after(page(StatusCode::TOO_MANY_REQUESTS, html, None), seconds)
}
