//! Signing in and out.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use stagedoor_protocol::session;
use stagedoor_wire::Secret;

use super::accounts::confirm;
use super::route::Answered;
use super::visit::Visit;
use super::{BASE, is_at, say};
use crate::browser::sign_in::{self, Changed, Tried};
use crate::browser::visitor::let_out;
use crate::browser::{page, redirect};
use crate::config::Registration;
use crate::dev;
use crate::pages::Frame;
use crate::settle::settle;

#[derive(Template)]
#[template(path = "dashboard/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame<'a>,
    form_token: &'a str,
    /// Where it leads.
    next: &'a str,
    email: &'a str,
    error: Option<&'a str>,
    may_register: bool,
    may_reset: bool,
    /// For whom the mail can be sent again that confirms their e-mail.
    send_again: Option<String>,
    done: Option<&'static str>,
    /// In `stagedoor dev`: the page that says who can sign in.
    demo: Option<&'static str>,
}

pub(super) async fn show(visit: &Visit<'_>) -> Answered {
    if visit.signed_in.is_some() {
        return Ok(redirect(&visit.parts.method, next(visit.query("next"))));
    }
    Ok(ask(visit, next(visit.query("next")), "", None, None))
}

pub(super) async fn enter(visit: &Visit<'_>) -> Answered {
    let (email, next) = (visit.field("email"), next(Some(visit.field("next"))));
    let password = Secret::new(visit.field("password").to_owned());
    let again = |error| Ok(ask(visit, next, email, Some(error), None));
    match sign_in::try_password(&visit.door(), &visit.parts, email, password).await? {
        Tried::TooMany(seconds) => Ok(say::too_many(visit, seconds)),
        Tried::Wrong => again(sign_in::WRONG),
        Tried::Suspended => again(sign_in::SUSPENDED),
        Tried::Unconfirmed(account) => {
            let token = confirm::send_again_token(visit, &account.email);
            Ok(ask(visit, next, email, Some(UNCONFIRMED), Some(token)))
        }
        Tried::In(account) => {
            let mut response = redirect(&visit.parts.method, next);
            match sign_in::start(&visit.door(), &visit.parts, &mut response, &visit.visitor, &account).await?
            {
                Ok(()) => Ok(response),
                Err(Changed) => again(sign_in::WRONG),
            }
        }
    }
}

pub(super) async fn leave(visit: &Visit<'_>) -> Answered {
    if let Some(signed_in) = &visit.signed_in {
        settle(visit.store(), session::end(signed_in.session.id)).await?;
    }
    let mut response = redirect(&visit.parts.method, &format!("{BASE}/sign-in"));
    let_out(&visit.door(), &mut response);
    Ok(response)
}

fn ask(
    visit: &Visit<'_>,
    next: &str,
    email: &str,
    error: Option<&str>,
    send_again: Option<String>,
) -> Response {
    let form_token = visit.form_token_of(&format!("{BASE}/sign-in"));
    let html = SignInPage {
        frame: visit.door().frame(),
        form_token: &form_token,
        next,
        email,
        error,
        may_register: visit.dashboard.registration == Registration::Open,
        may_reset: visit.dashboard.mail.is_sent(),
        send_again,
        done: visit.query("done").and_then(done),
        demo: visit.dashboard.mailbox().map(|_| dev::CONTROLS),
    };
    let html = html.render().unwrap_or_default();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(status, html, None)
}

const UNCONFIRMED: &str = "Confirm your e-mail first: open the link in the mail that was sent to you.";
/// Names what is said to whoever sent a form after their session had ended.
pub(super) const ENDED: &str = "ended";

/// The sentence that an address may ask for.
fn done(name: &str) -> Option<&'static str> {
    match name {
        "signed-out" => Some("You are signed out everywhere, and no app has access any more."),
        ENDED => Some(
            "You were signed out meanwhile, so nothing was done with what you sent. Sign in, and send it again.",
        ),
        _ => None,
    }
}

/// The sign-in page that leads to `next`.
pub(super) fn address(next: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("{BASE}/sign-in?{query}")
}

/// Only pages of the dashboard are led to (RFC 9700 §4.11: no open redirector).
pub(super) fn next(asked: Option<&str>) -> &str {
    // Browsers read `..`, and what is escaped, before they go there.
    let stays = |path: &str| is_at(path) && !path.contains("..") && !path.contains('%');
    asked
        .filter(|text| text.split(['?', '#']).next().is_some_and(stays))
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'))
        .unwrap_or(BASE)
}
