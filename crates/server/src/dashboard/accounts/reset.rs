//! A forgotten password: a link by mail sets another. Whether there is an account with the e-mail is not said.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use stagedoor_protocol::account::Email;
use stagedoor_protocol::link::Errand;
use stagedoor_protocol::registration;
use stagedoor_protocol::session::Account;
use stagedoor_wire::Secret;

use super::super::route::Answered;
use super::super::visit::Visit;
use super::super::{BASE, say};
use super::{account_behind, code, html, let_in, letters, link_is_void, mail_sent};
use crate::pages::{Frame, filters};
use crate::password::{self, Busy};
use crate::settle::Stop;

#[derive(Template)]
#[template(path = "dashboard/forgotten.html")]
struct ForgottenPage<'a> {
    frame: Frame<'a>,
    form_token: String,
    email: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "dashboard/reset.html")]
struct ResetPage<'a> {
    frame: Frame<'a>,
    form_token: String,
    code: &'a str,
    email: &'a str,
    error: Option<&'a str>,
}

const AGAIN: (&str, &str) = ("/dashboard/forgotten", "Ask for another link");

pub(in crate::dashboard) async fn show_forgotten(visit: &Visit<'_>) -> Answered {
    Ok(refuse_without_mail(visit).unwrap_or_else(|| ask_email(visit, "", None)))
}

pub(in crate::dashboard) async fn send(visit: &Visit<'_>) -> Answered {
    if let Some(refused) = refuse_without_mail(visit) {
        return Ok(refused);
    }
    let typed = visit.field("email");
    let Ok(email) = Email::parse(typed) else {
        let error = "That is no e-mail address: write one such as ada@example.com.";
        return Ok(ask_email(visit, typed, Some(error)));
    };
    let (mail, now) = (&visit.dashboard.mail, visit.now());
    if let Err(seconds) = mail.admit(visit.address(), now) {
        return Ok(say::too_many(visit, seconds));
    }
    let account = visit.store().account_by_email(email.as_str()).await?;
    let may = mail.may_reset(&email, now);
    if let Some(account) = account.filter(|own| may && !own.suspended) {
        visit.dashboard.write(letters::reset(visit, &account));
    }
    Ok(mail_sent(
        visit,
        email.as_str(),
        "If there is an account with it, the mail has a link that sets a new password.",
    ))
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let code = code(visit);
    Ok(match account_behind(visit, Errand::Reset, &code).await? {
        Some(account) => ask_password(visit, &account, &code, None),
        None => link_is_void(visit, AGAIN),
    })
}

pub(in crate::dashboard) async fn set(visit: &Visit<'_>) -> Answered {
    let code = code(visit);
    let Some(account) = account_behind(visit, Errand::Reset, &code).await? else {
        return Ok(link_is_void(visit, AGAIN));
    };
    let password = Secret::new(visit.field("password"));
    if let Err(why) = password::check(&password) {
        let error = format!("Choose another password: {why}.");
        return Ok(ask_password(visit, &account, &code, Some(&error)));
    }
    let hash = visit.dashboard.passwords.hash(password).await;
    let password_hash = hash.map_err(|Busy| Stop::Unavailable)?;
    let decision = registration::reset_password(&account, password_hash.clone(), visit.now());
    match visit.settle(decision).await? {
        Ok(()) => {
            let_in(visit, account.id, &password_hash, &format!("{BASE}/account?done=password-set")).await
        }
        Err(_) => Ok(link_is_void(visit, AGAIN)),
    }
}

fn refuse_without_mail(visit: &Visit<'_>) -> Option<Response> {
    let text = "This server sends no mails. Ask who administers it to set a new password for you.";
    let title = "No mails from here";
    let next = ("/dashboard/sign-in", "Sign in");
    let is_sent = visit.dashboard.mail.is_sent();
    (!is_sent).then(|| say::message(visit.dashboard, StatusCode::NOT_FOUND, title, text, next))
}

fn ask_email(visit: &Visit<'_>, email: &str, error: Option<&str>) -> Response {
    let form_token = visit.form_token_of(&format!("{BASE}/forgotten"));
    let page = ForgottenPage { frame: visit.door().frame(), form_token, email, error };
    html(page.render(), error.is_some())
}

fn ask_password(visit: &Visit<'_>, account: &Account, code: &Secret, error: Option<&str>) -> Response {
    let page = ResetPage {
        frame: visit.door().frame(),
        form_token: visit.form_token_of(&format!("{BASE}/reset")),
        code: code.expose(),
        email: &account.email,
        error,
    };
    html(page.render(), error.is_some())
}
