//! Accounts: how people come to one, back into it, and what they see of their own.

pub(super) mod confirm;
pub(super) mod invitation;
mod letters;
pub(super) mod own;
pub(super) mod register;
pub(super) mod reset;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use stagedoor_protocol::account::Email;
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_protocol::link::{self, Errand};
use stagedoor_protocol::session::Account;
use stagedoor_wire::Secret;

use super::say;
use super::visit::Visit;
use super::{BASE, Dashboard};
use crate::browser::sign_in::start;
use crate::browser::{page, redirect};
use crate::mail::Letter;
use crate::pages::Frame;
use crate::settle::Stop;

/// Says that a mail is on its way, whether or not it is: nobody learns here who has an account.
#[derive(Template)]
#[template(path = "dashboard/mail_sent.html")]
struct MailSentPage<'a> {
    frame: Frame<'a>,
    email: &'a str,
    /// What the mail is about.
    text: &'a str,
    /// Where mails can be looked at, in `dev`.
    mailbox: Option<&'static str>,
}

fn mail_sent(visit: &Visit<'_>, email: &str, text: &str) -> Response {
    let mailbox = visit.dashboard.mailbox().map(|_| crate::dev::MAILBOX);
    html(MailSentPage { frame: visit.door().frame(), email, text, mailbox }.render(), false)
}

/// A page of one card.
fn html(rendered: askama::Result<String>, is_wrong: bool) -> Response {
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(status, rendered.unwrap_or_default(), None)
}

/// The account as a link's code has it; none where the link does not work.
async fn account_behind(visit: &Visit<'_>, errand: Errand, code: &Secret) -> Result<Option<Account>, Stop> {
    let Some(id) = link::account_of(code) else { return Ok(None) };
    let account = visit.store().account_by_id(id).await?;
    let keys = &visit.dashboard.keys;
    Ok(account.filter(|own| !own.suspended && link::is_code(keys, errand, own, code, visit.now())))
}

/// The code that the page's address or form holds.
fn code(visit: &Visit<'_>) -> Secret {
    let typed = visit.field("code");
    Secret::new(if typed.is_empty() { visit.query("code").unwrap_or_default() } else { typed })
}

fn link_is_void(visit: &Visit<'_>, then: (&str, &str)) -> Response {
    let text = "It was used before, or it is out of date.";
    say::message(visit.dashboard, StatusCode::GONE, "This link does not work", text, then)
}

/// Signs in who has just shown that the account is theirs, and left it with this password. Where it has changed since, they are
/// led to the sign-in.
async fn let_in(visit: &Visit<'_>, id: AccountId, password_hash: &str, to: &str) -> Result<Response, Stop> {
    let mut response = redirect(&visit.parts.method, to);
    let account = visit.store().account_by_id(id).await?;
    if let Some(account) = account.filter(|own| own.password_hash == password_hash) {
        // Whoever is not let in now signs in there.
        let _ = start(&visit.door(), &visit.parts, &mut response, &visit.visitor, &account).await?;
    }
    Ok(response)
}

impl Dashboard {
    /// What stands before the paths of links in mails. `Host` is believed where mails are kept, on a loopback address alone:
    /// there the link has to lead to the name that the browser came by.
    fn origin_of_links(&self, visit: &Visit<'_>) -> String {
        let host = visit.parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        match (self.mailbox(), host, self.origin.split_once("://")) {
            (Some(_), Some(host), Some((scheme, _))) => format!("{scheme}://{host}"),
            _ => self.origin.clone(),
        }
    }

    /// Writes to a member of a team whose request or review was answered.
    pub(in crate::dashboard) fn write_of_answer(&self, email: &Email, team: TeamId, word: &str) {
        if self.mail.is_sent() {
            self.write(letters::answer(&self.origin, email, team, word));
        }
    }

    fn write(&self, letter: Letter) {
        self.mail.send(letter, self.now());
    }
}

/// An address with a code, for a mail.
fn address(origin: &str, path: &str, name: &str, code: &Secret) -> Secret {
    Secret::new(format!("{origin}{BASE}/{path}?{name}={}", code.expose()))
}
