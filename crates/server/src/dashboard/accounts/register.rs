//! Making an account: open to everyone, to the invited, or to nobody.
//!
//! The answer never says whether there is an account with the e-mail; who reads its mailbox is told. Known or not, the
//! password is hashed, the same is asked of the store and something is committed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use stagedoor_protocol::account::{Email, NewAccount};
use stagedoor_protocol::invitation::{InvitationRecord, InvitedTo};
use stagedoor_protocol::session::Account;
use stagedoor_protocol::{link, name, registration};
use stagedoor_wire::Secret;

use super::super::route::Answered;
use super::super::visit::{Unsettled, Visit};
use super::super::{BASE, invitations, say, session};
use super::{html, let_in, letters, link_is_void, mail_sent};
use crate::browser::visitor::{cookie, cookie_name, set_cookie};
use crate::browser::{form_token, redirect};
use crate::config::Registration;
use crate::entropy;
use crate::pages::{Frame, WRONG_NAME, filters};
use crate::password::{self, Busy};
use crate::settle::Stop;

#[derive(Template)]
#[template(path = "dashboard/register.html")]
struct RegisterPage<'a> {
    frame: Frame<'a>,
    form_token: String,
    /// Of an invitation; empty without one.
    invitation: &'a str,
    /// Where an invitation leads.
    next: &'a str,
    /// Whether the e-mail is the invitation's.
    is_invited: bool,
    /// What a team invites to, where one does.
    team: Option<&'a InvitationRecord>,
    /// The sign-in page, which leads there as well.
    sign_in: String,
    email: &'a str,
    name: &'a str,
    wrong: Wrong,
}

/// What is wrong with what was typed.
#[derive(Default)]
struct Wrong {
    email: Option<&'static str>,
    name: Option<&'static str>,
    password: Option<String>,
}

impl Wrong {
    fn is_any(&self) -> bool {
        self.email.is_some() || self.name.is_some() || self.password.is_some()
    }
}

/// By what right someone registers.
enum Admission {
    Open,
    Invited(Email),
}

const TO_SIGN_IN: (&str, &str) = ("/dashboard/sign-in", "Sign in");

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    if visit.signed_in.is_some() {
        return Ok(redirect(&visit.parts.method, session::next(visit.query("next"))));
    }
    match admission(visit) {
        Ok(admission) => ask(visit, &admission, ["", ""], Wrong::default()).await,
        Err(refused) => Ok(*refused),
    }
}

pub(in crate::dashboard) async fn create(visit: &Visit<'_>) -> Answered {
    let admission = match admission(visit) {
        Ok(admission) => admission,
        Err(refused) => return Ok(*refused),
    };
    let typed = [visit.field("email"), visit.field("name")];
    let password = Secret::new(visit.field("password"));
    let email = match &admission {
        Admission::Open => Email::parse(typed[0]).ok(),
        Admission::Invited(email) => Some(email.clone()),
    };
    let chosen_name = name::parse(typed[1]).ok();
    let wrong = Wrong {
        email: email.is_none().then_some("That is no e-mail address: write one such as ada@example.com."),
        name: chosen_name.is_none().then_some(WRONG_NAME),
        password: password::check(&password).err().map(|why| format!("Choose another password: {why}.")),
    };
    let (Some(email), Some(name), false) = (email, chosen_name, wrong.is_any()) else {
        return ask(visit, &admission, typed, wrong).await;
    };
    if let Err(seconds) = visit.dashboard.mail.admit(visit.address(), visit.now()) {
        return Ok(say::too_many(visit, seconds));
    }
    let hash = visit.dashboard.passwords.hash(password).await;
    let password_hash = hash.map_err(|Busy| Stop::Unavailable)?;
    let new = NewAccount { email, name, password_hash, administrator: false };
    match admission {
        Admission::Open => register(visit, new).await,
        Admission::Invited(_) => accept(visit, new).await,
    }
}

async fn register(visit: &Visit<'_>, new: NewAccount) -> Answered {
    let (email, dashboard) = (new.email.clone(), visit.dashboard);
    let mut response = mail_sent(visit, email.as_str(), "It has a link that confirms your e-mail.");
    registered_here(visit, &mut response, &new.password_hash);
    let known = visit.store().account_by_email(email.as_str()).await?;
    // Where it may not be written to any more, what was typed before stands, with the link that was sent for it.
    if !dashboard.mail.may_register(&email, visit.now()) {
        return Ok(response);
    }
    let decision = registration::register(new, known.as_ref(), visit.now(), &mut entropy::rng());
    match visit.settle(decision).await? {
        Ok(_) => {}
        // Someone else registered it at the same moment: what they typed stands, and is what is to be confirmed.
        Err(Unsettled::Conflict) => {}
        Err(Unsettled::LimitReached | Unsettled::Refused(_)) => return Err(Stop::Unavailable),
    }
    if let Some(account) = visit.store().account_by_email(email.as_str()).await?.filter(|own| !own.suspended)
    {
        dashboard.write(letters::registered(visit, &account));
    }
    Ok(response)
}

async fn accept(visit: &Visit<'_>, new: NewAccount) -> Answered {
    let (email, hash) = (new.email.clone(), new.password_hash.clone());
    let known = visit.store().account_by_email(email.as_str()).await?;
    let decision = registration::accept_invitation(new, known.as_ref(), visit.now(), &mut entropy::rng());
    match visit.settle(decision).await? {
        Ok(()) => {}
        Err(Unsettled::LimitReached) => return Err(Stop::Unavailable),
        Err(Unsettled::Conflict | Unsettled::Refused(_)) => {
            // Told to whoever holds the invitation, which went to the mailbox.
            let text = "There is an account with your e-mail already. Sign in, or let a forgotten password be reset.";
            let title = "You have an account already";
            return Ok(say::message(visit.dashboard, StatusCode::CONFLICT, title, text, TO_SIGN_IN));
        }
    }
    let account = visit.store().account_by_email(email.as_str()).await?.ok_or(Stop::Unavailable)?;
    let_in(visit, account.id, &hash, session::next(Some(visit.field("next")))).await
}

fn admission(visit: &Visit<'_>) -> Result<Admission, Box<Response>> {
    let dashboard = visit.dashboard;
    let refuse =
        |title, text| Err(Box::new(say::message(dashboard, StatusCode::FORBIDDEN, title, text, TO_SIGN_IN)));
    let code = invitation(visit);
    match dashboard.registration {
        Registration::Closed => {
            let text = "Accounts are made by those who administer this server. Ask one of them for yours.";
            refuse("Nobody registers here", text)
        }
        _ if !code.is_empty() => {
            let restored = visit.store().restored();
            let invited = link::invited(&dashboard.keys, restored, &Secret::new(code), visit.now());
            invited.map(Admission::Invited).ok_or_else(|| Box::new(link_is_void(visit, TO_SIGN_IN)))
        }
        Registration::Invitation => {
            let text = "Who is invited registers here, by the link of the invitation. Ask whoever works with this server to \
                        invite you.";
            refuse("By invitation", text)
        }
        Registration::Open => Ok(Admission::Open),
    }
}

/// The invitation's code in the page's address or form.
fn invitation<'v>(visit: &'v Visit<'_>) -> &'v str {
    let typed = visit.field("invitation");
    if typed.is_empty() { visit.query("invitation").unwrap_or_default() } else { typed }
}

async fn ask(visit: &Visit<'_>, admission: &Admission, [email, name]: [&str; 2], wrong: Wrong) -> Answered {
    let invited = match admission {
        Admission::Open => None,
        Admission::Invited(email) => Some(email.as_str()),
    };
    let is_wrong = wrong.is_any();
    let next = Some(visit.field("next")).filter(|next| !next.is_empty()).or(visit.query("next"));
    let next = session::next(next);
    let team = match invited {
        Some(email) => {
            invitations::at(visit, next).await?.filter(|own| own.invitation.email.as_str() == email)
        }
        None => None,
    };
    let page = RegisterPage {
        frame: visit.door().frame(),
        form_token: visit.form_token_of(&format!("{BASE}/register")),
        invitation: invitation(visit),
        next,
        is_invited: invited.is_some(),
        team: team.as_ref(),
        sign_in: session::address(next),
        email: invited.unwrap_or(email),
        name,
        wrong,
    };
    Ok(html(page.render(), is_wrong))
}

/// Marks the browser in which an account's password was chosen. Someone may have registered with another person's e-mail:
/// that person then has the mail, but must not confirm a password that they don't know.
const COOKIE: &str = "registered";
/// Forms are bound to a cookie of 32 letters instead, so that neither is ever taken for the other.
const WHAT: &str = "registered in this browser";
const COOKIE_SECONDS: i64 = 24 * 3600;

fn registered_here(visit: &Visit<'_>, response: &mut Response, password_hash: &str) {
    let value = form_token::make(&visit.door(), WHAT, password_hash);
    set_cookie(&visit.door(), response, COOKIE, &value, Some(COOKIE_SECONDS));
}

/// Whether the account's password was chosen in this browser.
pub(super) fn is_registered_here(visit: &Visit<'_>, account: &Account) -> bool {
    let door = visit.door();
    let shown = cookie(&visit.parts.headers, &cookie_name(&door, COOKIE));
    shown.is_some_and(|shown| form_token::check(&door, &shown, WHAT, &account.password_hash))
}
