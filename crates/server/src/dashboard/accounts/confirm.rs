//! Confirming an e-mail. The link shows a page with a button: programs that look into mails open links, and press none.

use askama::Template;
use stagedoor_protocol::account::Email;
use stagedoor_protocol::link::Errand;
use stagedoor_protocol::registration;
use stagedoor_protocol::session::Account;
use stagedoor_wire::Secret;

use super::super::route::Answered;
use super::super::visit::Visit;
use super::super::{BASE, say};
use super::register::is_registered_here;
use super::{account_behind, code, html, let_in, letters, link_is_void, mail_sent};
use crate::browser::sign_in::{Tried, WRONG, try_password};
use crate::pages::{Frame, filters};

#[derive(Template)]
#[template(path = "dashboard/confirm.html")]
struct ConfirmPage<'a> {
    frame: Frame<'a>,
    form_token: String,
    code: &'a str,
    email: &'a str,
    /// In another browser than the one that registered.
    needs_password: bool,
    error: Option<&'a str>,
}

const TO_SIGN_IN: (&str, &str) = ("/dashboard/sign-in", "Sign in, or have the mail sent again");

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let code = code(visit);
    match account_behind(visit, Errand::Confirm, &code).await? {
        Some(account) => ask(visit, &account, &code, None),
        None => Ok(link_is_void(visit, TO_SIGN_IN)),
    }
}

pub(in crate::dashboard) async fn accept(visit: &Visit<'_>) -> Answered {
    let code = code(visit);
    let Some(account) = account_behind(visit, Errand::Confirm, &code).await? else {
        return Ok(link_is_void(visit, TO_SIGN_IN));
    };
    if !is_registered_here(visit, &account) {
        let password = Secret::new(visit.field("password"));
        match try_password(&visit.door(), &visit.parts, &account.email, password).await? {
            Tried::In(_) | Tried::Unconfirmed(_) => {}
            Tried::TooMany(seconds) => return Ok(say::too_many(visit, seconds)),
            Tried::Wrong | Tried::Suspended => return ask(visit, &account, &code, Some(WRONG)),
        }
    }
    match visit.settle(registration::confirm(&account, visit.now())).await? {
        Ok(()) => let_in(visit, account.id, &account.password_hash, BASE).await,
        Err(_) => Ok(link_is_void(visit, TO_SIGN_IN)),
    }
}

fn ask(visit: &Visit<'_>, account: &Account, code: &Secret, error: Option<&str>) -> Answered {
    let page = ConfirmPage {
        frame: visit.door().frame(),
        form_token: visit.form_token_of(&format!("{BASE}/confirm")),
        code: code.expose(),
        email: &account.email,
        needs_password: !is_registered_here(visit, account),
        error,
    };
    Ok(html(page.render(), error.is_some()))
}

/// For someone whose password was right and whose e-mail is not confirmed.
pub(in crate::dashboard) fn send_again_token(visit: &Visit<'_>, email: &str) -> String {
    visit.token_for(&send_again_to(email))
}

/// Sends the mail again to whoever has just shown the right password.
pub(in crate::dashboard) async fn send_again(visit: &Visit<'_>) -> Answered {
    let email = visit.field("email");
    if !visit.is_token_for("again", &send_again_to(email)) {
        return Ok(say::stale(visit));
    }
    if let Err(seconds) = visit.dashboard.mail.admit(visit.address(), visit.now()) {
        return Ok(say::too_many(visit, seconds));
    }
    let account = visit.store().account_by_email(email).await?;
    if let Some(account) = account.filter(|own| !own.confirmed && !own.suspended)
        && visit.dashboard.mail.may_register(&Email::from_stored(account.email.clone()), visit.now())
    {
        visit.dashboard.write(letters::registered(visit, &account));
    }
    Ok(mail_sent(visit, email, "It has a link that confirms your e-mail."))
}

fn send_again_to(email: &str) -> String {
    format!("send again {email}")
}
