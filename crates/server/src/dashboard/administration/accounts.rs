//! People: who there is, and keeping one out.

use askama::Template;
use axum::response::Response;
use stagedoor_protocol::Decision;
use stagedoor_protocol::account::{self, AccountRecord, Email};
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::{people, registration};
use stagedoor_store::Page;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::teams::invite::Made;
use super::super::visit::{Unsettled, Visit};
use crate::pages::filters;
use crate::settle::Stop;

/// Rows of a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "dashboard/accounts.html")]
struct AccountsPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    /// What was looked for.
    email: &'a str,
    error: Option<String>,
    may_invite: bool,
    made: Option<Made>,
    accounts: Vec<Row>,
    more: Option<String>,
}

struct Row {
    id: String,
    email: String,
    name: String,
    since: String,
    is_administrator: bool,
    is_suspended: bool,
    is_self: bool,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None, None).await
}

async fn render(visit: &Visit<'_>, error: Option<String>, made: Option<Made>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let email = visit.query("email").unwrap_or_default().trim();
    let (records, more) = if email.is_empty() {
        list(visit).await?
    } else {
        (visit.store().accounts_like(email, ROWS).await?, None)
    };
    let row = |record: &AccountRecord| Row {
        id: record.id.to_string(),
        email: record.email.as_str().to_owned(),
        name: record.name.clone(),
        since: record.created.to_day(),
        is_administrator: record.administrator,
        is_suspended: record.suspended,
        is_self: record.id == signed_in.session.account.id,
    };
    let is_wrong = error.is_some();
    let page = AccountsPage {
        layout: Layout::of(visit, signed_in, Here::Accounts),
        form_token: visit.form_token(),
        email,
        may_invite: visit.dashboard.takes_invitations(),
        made,
        accounts: records.iter().map(row).collect(),
        more,
        error,
    };
    Ok(html(page.render(), is_wrong))
}

async fn list(visit: &Visit<'_>) -> Result<(Vec<AccountRecord>, Option<String>), Stop> {
    let behind = visit.query("behind").and_then(|text| text.parse().ok()).map(AccountId);
    let mut records = visit.store().accounts(Page { behind, limit: ROWS + 1 }).await?;
    let is_more = records.len() > ROWS as usize;
    records.truncate(ROWS as usize);
    let more = records.last().filter(|_| is_more).map(|last| format!("{}?behind={}", visit.page, last.id));
    Ok((records, more))
}

/// Invites someone to make an account.
pub(in crate::dashboard) async fn invite(visit: &Visit<'_>) -> Answered {
    let again = |wrong: String| render(visit, Some(wrong), None);
    let Ok(email) = Email::parse(visit.field("email")) else {
        return again("Write an e-mail address, such as ada@example.com.".to_owned()).await;
    };
    if !visit.dashboard.takes_invitations() {
        return Ok(say::nothing_here_for(visit));
    }
    let taken = visit.store().account_of_email(email.as_str()).await?.is_some();
    match visit.settle(registration::invite(&email, taken, visit.actor(), visit.now())).await? {
        Ok(()) => {}
        Err(Unsettled::Refused(_)) => {
            return again(format!("{} has an account already.", email.as_str())).await;
        }
        Err(_) => return Ok(say::changed_meanwhile(visit)),
    }
    let invited = visit.dashboard.invite(visit.actor(), &email);
    let (link, is_mailed) = invited.ok_or(Stop::Unavailable)?;
    render(visit, None, Some(Made { link, email: email.as_str().to_owned(), is_mailed })).await
}

pub(in crate::dashboard) async fn suspend(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    let another = visit.store().has_another_administrator(record.id).await?;
    settled(visit, account::suspend(&record, another, visit.actor(), visit.now()), "suspended").await
}

pub(in crate::dashboard) async fn resume(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    settled(visit, account::resume(&record, visit.actor(), visit.now()), "resumed").await
}

/// Ends every session, grant and token of a person.
pub(in crate::dashboard) async fn sign_out(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    let decision = people::end_everywhere(record.id, visit.actor(), visit.now());
    Ok(match visit.settle(decision).await? {
        Ok(()) => visit.then(&visit.page, "signed-out"),
        Err(_) => say::changed_meanwhile(visit),
    })
}

async fn settled(visit: &Visit<'_>, decision: Decision<(), Objection>, done: &str) -> Result<Response, Stop> {
    match visit.settle(decision).await? {
        Ok(()) => Ok(visit.then(&visit.page, done)),
        Err(Unsettled::Refused(Objection::LastAdministrator)) => {
            let error = "No administrator who can sign in would be left. Make another one first.";
            render(visit, Some(error.to_owned()), None).await
        }
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

async fn named(visit: &Visit<'_>) -> Result<Option<AccountRecord>, Stop> {
    let Ok(id) = visit.field("account").parse() else { return Ok(None) };
    Ok(visit.store().account(AccountId(id)).await?)
}
